import type { Sample } from '@nephometer/sample';
import type { Batch, Share } from './row.ts';

/**
 * Divides a batch for calls that are open at the same time: the samples of one resource stay together and in order. Lanes
 * without samples are left out.
 */
export function divideIntoLanes(batch: Batch, lanes: number): readonly Batch[] {
  if (lanes <= 1) return [batch];
  const parts = Array.from({ length: lanes }, () => ({ samples: [] as Sample[], shares: [] as Share[] }));
  let at = 0;
  for (const { row, count } of batch.shares) {
    const counts = new Array<number>(lanes).fill(0);
    for (const sample of batch.samples.slice(at, at + count)) {
      const lane = laneOf(sample.resourceId, lanes);
      parts[lane]?.samples.push(sample);
      counts[lane] = (counts[lane] ?? 0) + 1;
    }
    counts.forEach((own, lane) => own > 0 && parts[lane]?.shares.push({ row, count: own }));
    at += count;
  }
  return parts.filter(({ samples }) => samples.length > 0);
}

/** FNV-1a: all that is asked of it is that it spreads ids. */
function laneOf(resourceId: string, lanes: number): number {
  let hash = 0x811c9dc5;
  for (let index = 0; index < resourceId.length; index += 1) {
    hash = Math.imul(hash ^ resourceId.charCodeAt(index), 0x01000193);
  }
  return (hash >>> 0) % lanes;
}

/** Takes so many samples off the beginning of some shares. */
export function splitShares(
  shares: readonly Share[],
  count: number,
): { readonly front: readonly Share[]; readonly rest: readonly Share[] } {
  const front: Share[] = [];
  const rest: Share[] = [];
  let left = count;
  for (const { row, count: own } of shares) {
    const taken = Math.min(own, left);
    if (taken > 0) front.push({ row, count: taken });
    if (own > taken) rest.push({ row, count: own - taken });
    left -= taken;
  }
  return { front, rest };
}
