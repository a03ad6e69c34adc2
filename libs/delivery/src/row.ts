import type { Sample } from '@nephometer/sample';
import type { Outcome } from './ledger.ts';

/**
 * Where a row is: `new`, in memory only; `writing`, on its way to the disk; `stored`; or `gone`, where the store threw it away
 * while it was already on its way out.
 */
export type RowState = 'new' | 'writing' | 'stored' | 'gone';

/** Samples that were accepted together, and what has become of them so far. They go to the disk and from it as one. */
export interface Row {
  /** Grows with each row of a queue. */
  readonly seq: number;
  readonly samples: readonly Sample[];
  /** When they were accepted, in ms since 1970. */
  readonly atMs: number;
  state: RowState;
  /** Samples that nothing has become of yet. */
  open: number;
  /** What has become of the others. */
  readonly outcomes: Map<Outcome, number>;
}

/** A row of which nothing has left. */
export function createRow(row: Pick<Row, 'seq' | 'samples' | 'atMs' | 'state'>): Row {
  return { ...row, open: row.samples.length, outcomes: new Map() };
}

/** What a sample takes in memory beside its metadata, which it shares, in bytes and by far rather too much than too little. */
const SAMPLE_BYTES = 256;

/** What a row takes in memory, in bytes. */
export function bytesInMemory({ samples }: Row): number {
  return samples.length * SAMPLE_BYTES;
}

/** So many samples of one row. */
export interface Share {
  readonly row: Row;
  readonly count: number;
}

/** Samples that have left a queue together, in order, and the rows they belong to. */
export interface Batch {
  readonly samples: readonly Sample[];
  readonly shares: readonly Share[];
}
