import type { Domain } from '@nephometer/libvirt';
import type { FoundBy } from './missed-events.ts';

/** Why a domain is to be looked at: an event came, it was found out, or nobody can have announced anything (`fill`). */
export type Cause = 'event' | 'fill' | FoundBy;

/** One domain to look at. */
export interface Look {
  readonly domain: Domain;
  readonly cause: Cause;
}

/** Domains to look at: those of a reading of all, and those with news. A domain is on it once, until it is taken. */
export interface Agenda {
  /** Somebody said that this domain may have changed. */
  hint(domain: Domain, cause: Cause): void;
  /** Begins a reading of all; the one before must be over. */
  fill(domains: readonly Domain[], cause: Cause): void;
  /** What is left of the reading of all has another cause than was thought. */
  correct(cause: Cause): void;
  /** Whether an event waits that may tell of a change of this instance. */
  isAnnounced(id: string): boolean;
  /** Domains with news. */
  readonly news: number;
  /** Domains left of the reading of all. */
  readonly left: number;
  /**
   * Takes the next ones: news in the order it came, then what is left of the reading of all. Neither can keep the other
   * from its turn: a domain with news again queues behind all others, and a part of each batch belongs to the reading.
   */
  take(): Look[];
}

/** Looks of one batch; between two batches the loop notices what else is due. */
const maxBatch = 64;
/** Of these at least so many belong to a reading of all that is under way. */
const leastOfAll = 16;

/** An empty agenda. */
export function createAgenda(): Agenda {
  const hints = new Map<string, Look>();
  const rest = new Map<string, Domain>();
  let causeOfAll: Cause = 'fill';

  return {
    hint(domain, cause) {
      const wasAnnounced = hints.get(domain.uuid)?.cause === 'event';
      hints.set(domain.uuid, { domain, cause: wasAnnounced ? 'event' : cause });
    },
    fill(domains, cause) {
      causeOfAll = cause;
      for (const domain of domains) rest.set(domain.uuid, domain);
    },
    correct(cause) {
      causeOfAll = cause;
    },
    isAnnounced: (id) => hints.get(id)?.cause === 'event',
    get news() {
      return hints.size;
    },
    get left() {
      return rest.size;
    },
    take() {
      const reserved = Math.min(rest.size, leastOfAll);
      const batch = [...hints.values()].slice(0, maxBatch - reserved);
      for (const { domain } of batch) {
        hints.delete(domain.uuid);
        rest.delete(domain.uuid);
      }
      for (const domain of [...rest.values()].slice(0, maxBatch - batch.length)) {
        rest.delete(domain.uuid);
        batch.push({ domain, cause: causeOfAll });
      }
      return batch;
    },
  };
}
