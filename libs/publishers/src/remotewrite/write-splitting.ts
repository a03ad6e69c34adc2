import { PublisherError } from '../publisher-error.ts';
import type { Refusals } from '../refusals.ts';
import type { WrittenSeries } from './write-request.ts';

/**
 * Writes series, and if the receiver refuses them for ever, finds out which: a receiver may take all of a request or nothing, and
 * mostly does not say what it minds. Halves are written one after the other until what is refused is a single point; so n
 * points take 2 n requests at worst, when each of them is refused. Points of one series stay in order.
 *
 * @param write rejects with a permanent {@link PublisherError} if the receiver refuses
 * @param grain so many series are refused together. Default: each point is tried alone
 */
export async function writeSplitting(
  series: readonly WrittenSeries[],
  write: (series: readonly WrittenSeries[]) => Promise<void>,
  refusals: Refusals,
  grain = 0,
): Promise<void> {
  try {
    await write(series);
  } catch (error) {
    if (!(error instanceof PublisherError && error.isPermanent)) throw error;
    const halves = series.length > grain ? split(series) : undefined;
    if (halves === undefined) {
      refusals.add(
        error.message,
        series.reduce((sum, { points }) => sum + points.length, 0),
      );
      return;
    }
    for (const half of halves) await writeSplitting(half, write, refusals, grain);
  }
}

function split(
  series: readonly WrittenSeries[],
): readonly [readonly WrittenSeries[], readonly WrittenSeries[]] | undefined {
  const [only, ...others] = series;
  if (only === undefined) return undefined;
  if (others.length > 0) {
    const middle = series.length >> 1;
    return [series.slice(0, middle), series.slice(middle)];
  }
  const middle = only.points.length >> 1;
  if (middle === 0) return undefined;
  return [[{ ...only, points: only.points.slice(0, middle) }], [{ ...only, points: only.points.slice(middle) }]];
}
