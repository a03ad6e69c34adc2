import { withDeadline } from '@nephometer/abortable';
import type { InstanceStatistics } from '@nephometer/inspector-api';
import type { Reading, ReadingRequest } from '../hypervisor.ts';
import { InspectorError } from '../inspector-error.ts';
import { covers, narrow } from './narrow.ts';

/** What one caller gets. */
export interface SharedAnswer {
  readonly reading: Reading;
  /** The instances and groups that this caller asked for. */
  readonly instances: readonly InstanceStatistics[];
  /** Age of the reading; 0 for one that ended after the call began. */
  readonly ageMs: number;
}

/** Readings of the hypervisor, shared by the callers that can do with the same one. */
export interface SharedReadings {
  /**
   * A reading not older than `maxAgeMs`: a kept one, else one under way that covers the request, else a new one.
   * Rejects with the signal's reason; that costs the other callers nothing, and the reading ends when nobody is left.
   */
  read(request: ReadingRequest, maxAgeMs: number, signal: AbortSignal): Promise<SharedAnswer>;
}

/** Settings of shared readings. */
export interface SharedReadingSettings {
  /** Makes a reading; must heed its signal. */
  readonly inspect: (request: ReadingRequest, signal: AbortSignal) => Promise<Reading>;
  /** Epoch milliseconds now. */
  readonly now?: () => number;
  /** Longest time of one reading, for callers without a deadline; default 60 s. */
  readonly timeoutMs?: number;
}

interface UnderWay {
  readonly request: ReadingRequest;
  readonly promise: Promise<Reading>;
  readonly controller: AbortController;
  callers: number;
}

interface Kept {
  readonly request: ReadingRequest;
  readonly reading: Reading;
}

/** Different kinds of callers are few; a new reading replaces those that it covers. */
const maxKept = 4;

/** Nothing is under way or kept at first. */
export function createSharedReadings(settings: SharedReadingSettings): SharedReadings {
  const { now = Date.now, timeoutMs = 60_000 } = settings;
  const underWay = new Set<UnderWay>();
  let kept: readonly Kept[] = [];

  const start = (request: ReadingRequest): UnderWay => {
    const controller = new AbortController();
    const promise = withDeadline(controller.signal, timeoutMs, (signal) => settings.inspect(request, signal));
    const entry: UnderWay = { request, promise, controller, callers: 0 };
    underWay.add(entry);
    const done = (): void => void underWay.delete(entry);
    promise.then((reading) => {
      done();
      // Only as old as it is useful: what a newer one covers has no use.
      kept = [{ request, reading }, ...kept.filter((old) => !covers(request, old.request))].slice(0, maxKept);
    }, done);
    return entry;
  };

  return {
    async read(request, maxAgeMs, signal) {
      signal.throwIfAborted();
      const atMs = now();
      const fresh = kept.find(
        (old) => maxAgeMs > 0 && atMs - old.reading.readAtMs <= maxAgeMs && covers(old.request, request),
      );
      if (fresh !== undefined) {
        const { reading } = fresh;
        const instances = narrow(reading.instances, fresh.request, request);
        return { reading, instances, ageMs: Math.max(0, atMs - reading.readAtMs) };
      }
      const entry = [...underWay].find((candidate) => covers(candidate.request, request)) ?? start(request);
      const reading = await join(entry, signal, () => underWay.delete(entry));
      return { reading, instances: narrow(reading.instances, entry.request, request), ageMs: 0 };
    },
  };
}

/** Waits for a reading as one of its callers; the last one who leaves ends it. */
async function join(entry: UnderWay, signal: AbortSignal, forget: () => void): Promise<Reading> {
  entry.callers++;
  let leave = (): void => {};
  const left = new Promise<never>((_, reject) => {
    leave = () => reject(signal.reason as Error);
    signal.addEventListener('abort', leave, { once: true });
  });
  try {
    return await Promise.race([entry.promise, left]);
  } finally {
    signal.removeEventListener('abort', leave);
    if (--entry.callers === 0) {
      // Nobody may join a reading that is being given up.
      forget();
      entry.controller.abort(new InspectorError('stopping', 'Nobody waits for this reading any more'));
    }
  }
}
