import type { DiskStatistics } from '@nephometer/inspector-api';
import type { InstanceReading } from '@nephometer/plugin';
import { elapsedMsOf, growthOf } from './counter-growth.ts';
import type { Counter } from './counter-growth.ts';
import { statisticsOf } from './device.ts';
import { diskBefore, readRequests, writeRequests } from './disk.ts';
import type { MeteredDisk } from './disk.ts';
import { perSecond, toVolume } from './volume.ts';

/** What is asked of disks between two readings. */
export interface Activity {
  /** Whose growth is measured: all of these together. Counters of time, in nanoseconds, if `per` is a request. */
  readonly counters: readonly Counter<DiskStatistics>[];
  /** What the growth is divided by: the time between the readings, or the requests that were done in it. */
  readonly per: 'second' | 'request';
}

const requests = [readRequests, writeRequests];

/**
 * What the disks did together, per second or in ms per request. A disk that the previous reading did not have does not count
 * yet, an empty drive may be missing; any other disk that was not read leaves no value. `undefined` also without time between
 * the readings and if no disk counts; zero for no disks.
 */
export function growthPer(
  { counters, per }: Activity,
  disks: readonly MeteredDisk[],
  reading: InstanceReading,
  previous: InstanceReading | undefined,
): number | undefined {
  const elapsedMs = elapsedMsOf(reading, previous);
  if (previous === undefined || elapsedMs === undefined) return undefined;
  const total = { growth: 0n, requests: 0n };
  let counted = 0;
  for (const { name, isEmpty } of disks) {
    const now = statisticsOf(reading.statistics.disks, name);
    const before = now && diskBefore(now, reading, previous);
    if (now !== undefined && before === undefined) continue;
    const growth = now && before && sumOfGrowth(counters, now, before);
    const done = now && before && (per === 'request' ? sumOfGrowth(requests, now, before) : 0n);
    if (growth !== undefined && done !== undefined) {
      total.growth += growth;
      total.requests += done;
      counted += 1;
    } else if (!isEmpty) return undefined;
  }
  if (counted === 0 && disks.length > 0) return undefined;
  return per === 'second' ? perSecond(total.growth, elapsedMs) : meanMs(total.growth, total.requests);
}

/** `undefined` if a counter is missing in one of the two readings. */
function sumOfGrowth(
  counters: readonly Counter<DiskStatistics>[],
  now: DiskStatistics,
  before: DiskStatistics,
): bigint | undefined {
  let sum = 0n;
  for (const counter of counters) {
    const [valueNow, valueBefore] = [counter(now), counter(before)];
    if (valueNow === undefined || valueBefore === undefined) return undefined;
    sum += growthOf(valueNow, valueBefore);
  }
  return sum;
}

function meanMs(timeNs: bigint, count: bigint): number {
  return count === 0n ? 0 : toVolume(timeNs) / toVolume(count) / 1e6;
}
