import type { Metadata } from '@nephometer/sample';
import type { Cloud } from './cloud.ts';
import { OpenstackError } from './openstack-error.ts';
import { createSharedWork } from './shared-work.ts';

/** Entries kept, at most; the one that was looked up first goes. */
const MOST_ENTRIES = 4096;
/** Nothing is asked for again sooner, in ms. */
const SHORTEST_EXPIRY_MS = 60_000;

/** Flavors or images by id, for all hosts; each is asked for once, then again when it has expired. */
export interface LookupCache {
  /**
   * What there is of that id; `null` if there is nothing, or nothing that the user may see. When asking again fails, the
   * answer is still the last one.
   *
   * @throws OpenstackError if it has never been told; the signal's reason if aborted
   */
  get(id: string, signal: AbortSignal): Promise<Metadata | null>;
  /** Safe twice. */
  close(): Promise<void>;
}

interface Entry {
  readonly value: Metadata | null;
  readonly expiresAtMs: number;
}

/** @param ask asks the cloud; its `not-found` and `refused` are answers, too */
export function createLookupCache(
  cloud: Cloud,
  ask: (cloud: Cloud, id: string, signal: AbortSignal) => Promise<Metadata>,
): LookupCache {
  const { clock, settings } = cloud;
  const expiryMs = Math.max(settings.resourceCacheExpiryMs, SHORTEST_EXPIRY_MS);
  const work = createSharedWork();
  const entries = new Map<string, Entry>();

  async function fill(id: string, signal: AbortSignal): Promise<Metadata | null> {
    try {
      return keep(id, await ask(cloud, id, signal), expiryMs);
    } catch (error) {
      if (!(error instanceof OpenstackError) || error.code === 'closed') throw error;
      if (error.code === 'not-found' || error.code === 'refused') return keep(id, null, expiryMs);
      const last = entries.get(id);
      if (!last) throw error;
      return keep(id, last.value, SHORTEST_EXPIRY_MS);
    }
  }

  function keep(id: string, value: Metadata | null, forMs: number): Metadata | null {
    entries.delete(id);
    entries.set(id, { value, expiresAtMs: clock.now() + forMs });
    const [oldest] = entries.keys();
    if (entries.size > MOST_ENTRIES && oldest !== undefined) entries.delete(oldest);
    return value;
  }

  return {
    async get(id, signal) {
      const entry = entries.get(id);
      if (entry && clock.now() < entry.expiresAtMs) return entry.value;
      return work.run(id, (closing) => fill(id, closing), signal);
    },
    close: () => work.close(),
  };
}
