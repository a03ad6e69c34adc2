import { sleep } from '@nephometer/abortable';
import type { Logger } from '@nephometer/service';
import { createBell } from './bell.ts';

/** Who found a change: the slow reading of everything, or statistics that did not fit a description. */
export type FoundBy = 'resync' | 'reading';

/** Told how many changes were found that no event had announced. */
export type OnMissedEvents = (count: number, foundBy: FoundBy) => void;

/** Tells changes that libvirt never announced from those whose event was merely slower than our own look. */
export interface MissedEvents {
  /** A change was found that no event had announced until then. */
  found(id: string, foundBy: FoundBy): void;
  /** An event came: what was found in this instance shortly before has been announced after all. */
  announced(id: string): void;
  /** Events were lost on our side, so nothing can be said about what libvirt announced. */
  forget(): void;
  /** Counts, until `signal` aborts; rejects with its reason. */
  watch(signal: AbortSignal): Promise<never>;
}

/** What they are counted with. */
export interface MissedEventsSettings {
  readonly logger: Logger;
  readonly onMissed: OnMissedEvents;
  /**
   * How much later than the change its event may come; default 2 s. Events and answers travel on two connections, and a
   * daemon hands out events from its main loop, after the change can be read.
   */
  readonly graceMs?: number;
}

/** Ids in one line of the log. */
const maxListed = 10;

export function createMissedEvents({ logger, onMissed, graceMs = 2000 }: MissedEventsSettings): MissedEvents {
  const bell = createBell();
  /** Found since the present grace began; each finding has the whole grace to itself. */
  const fresh = new Map<string, FoundBy>();
  /** Those whose grace is running. */
  const pending = new Map<string, FoundBy>();

  const count = (foundBy: FoundBy): void => {
    const ids = [...pending].filter(([, by]) => by === foundBy).map(([id]) => id);
    if (ids.length === 0) return;
    onMissed(ids.length, foundBy);
    const facts = { count: ids.length, foundBy, ids: ids.slice(0, maxListed) };
    // A resync is rare; readings are not, and a driver that sends no events at all would fill the log with them.
    logger[foundBy === 'resync' ? 'info' : 'debug'](facts, 'found changes that no event had announced');
  };

  return {
    found(id, foundBy) {
      if (pending.has(id) || fresh.has(id)) return;
      fresh.set(id, foundBy);
      bell.ring();
    },
    announced(id) {
      fresh.delete(id);
      pending.delete(id);
    },
    forget() {
      fresh.clear();
      pending.clear();
    },
    async watch(signal) {
      for (;;) {
        await bell.wait(signal);
        for (const [id, foundBy] of fresh) pending.set(id, foundBy);
        fresh.clear();
        await sleep(graceMs, signal);
        count('resync');
        count('reading');
        pending.clear();
      }
    },
  };
}
