/**
 * Seqs that are no longer in a queue, though older ones are: ranges, both ends included, by rising seq. A repair leaves them out
 * when it finds them in pages that nobody has wiped.
 */
export type Gaps = readonly (readonly [first: number, last: number])[];

/** Most ranges that are kept; each commit writes them. Forgetting one means that a repair may bring its rows back. */
const MOST_GAPS = 256;

/**
 * Gaps after some rows have gone.
 *
 * @param lowSeq no row is below it: nor need gaps be
 */
export function widenGaps(gaps: Gaps, removed: readonly number[], lowSeq: number): Gaps {
  const all = [...gaps, ...removed.map((seq) => [seq, seq] as const)]
    .filter(([, last]) => last > lowSeq)
    .sort(([first], [other]) => first - other);
  const merged: [number, number][] = [];
  for (const [first, last] of all) {
    const previous = merged.at(-1);
    if (previous !== undefined && first <= previous[1] + 1) previous[1] = Math.max(previous[1], last);
    else merged.push([first, last]);
  }
  return merged.slice(-MOST_GAPS);
}
