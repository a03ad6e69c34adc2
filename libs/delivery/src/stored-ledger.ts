import type { QueueState } from '@nephometer/durable-queue';
import { createTally } from './ledger.ts';
import type { Ledger } from './ledger.ts';

/** What the file of a queue says became of the samples of its publisher. */
export interface StoredLedger extends Ledger {
  /**
   * Samples that came and are nowhere: neither delivered, nor queued, nor dropped. 0 unless something is wrong; below 0 if more
   * are there than ever came.
   */
  readonly unaccounted: number;
}

/** The ledger in the file of a queue, as of its last commit. */
export function storedLedger(publisher: string, { counts, items }: Pick<QueueState, 'counts' | 'items'>): StoredLedger {
  const ledger = createTally(counts).ledger(publisher, items);
  const dropped = Object.values(ledger.dropped).reduce((sum, count) => sum + count, 0);
  return { ...ledger, unaccounted: ledger.polled - ledger.delivered - ledger.queued - dropped };
}
