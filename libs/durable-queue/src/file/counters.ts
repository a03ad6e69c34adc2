import type { Gaps } from './gaps.ts';
import type { StoredRow } from './stored-row.ts';

/** What the file keeps besides its rows. `rows`, `items` and `bytes` save counting the rows when it is opened. */
export interface Tally {
  readonly lastSeq: number;
  readonly rows: number;
  readonly items: number;
  readonly bytes: number;
  readonly gaps: Gaps;
  readonly counts: ReadonlyMap<string, number>;
}

/** Counts what came in; every other counter is a way out. */
const INCOMING = 'polled';
/** Counts what a repair found missing. */
const DAMAGED = 'damaged';

/** As the payload of the row that has the counters. */
export function encodeTally(tally: Tally): Uint8Array {
  return Buffer.from(JSON.stringify({ ...tally, counts: [...tally.counts] }));
}

/** What {@link encodeTally} wrote. Its row's checksum has been verified: anything else is a bug, and throws. */
export function decodeTally({ payload }: StoredRow): Tally {
  const { counts, ...tally } = JSON.parse(Buffer.from(payload).toString()) as Omit<Tally, 'counts'> & {
    readonly counts: readonly [string, number][];
  };
  return { ...tally, counts: new Map(counts) };
}

/** Counters with some more in them. */
export function addCounts(
  counts: ReadonlyMap<string, number>,
  more: Iterable<readonly [string, number]>,
): Map<string, number> {
  const sums = new Map(counts);
  for (const [name, value] of more) if (value !== 0) sums.set(name, (sums.get(name) ?? 0) + value);
  return sums;
}

/** How many items are neither in the queue nor counted as gone; below 0 if more are than ever came. */
function unaccounted(counts: ReadonlyMap<string, number>, queuedItems: number): number {
  let balance = -queuedItems;
  for (const [name, value] of counts) balance += name === INCOMING ? value : -value;
  return balance;
}

/**
 * What was counted as damaged may have been in the caller's hands, and be delivered after all: then it is not damaged. Counters
 * without damage stay as they are.
 */
export function settleDamaged(counts: ReadonlyMap<string, number>, queuedItems: number): ReadonlyMap<string, number> {
  const damaged = counts.get(DAMAGED) ?? 0;
  const surplus = damaged > 0 ? -unaccounted(counts, queuedItems) : 0;
  return surplus > 0 ? addCounts(counts, [[DAMAGED, -Math.min(surplus, damaged)]]) : counts;
}

/**
 * The counters of a repaired queue: what is missing is damaged; if more is there than was counted, so much more has come in.
 *
 * @param counts those found in the damaged file; `undefined` if they are gone
 */
export function reconcile(
  counts: ReadonlyMap<string, number> | undefined,
  queuedItems: number,
): { readonly counts: ReadonlyMap<string, number>; readonly lostItems: number | undefined } {
  if (counts === undefined) return { counts: addCounts(new Map(), [[INCOMING, queuedItems]]), lostItems: undefined };
  const missing = unaccounted(counts, queuedItems);
  const correction = missing > 0 ? ([DAMAGED, missing] as const) : ([INCOMING, -missing] as const);
  return { counts: addCounts(counts, [correction]), lostItems: Math.max(missing, 0) };
}
