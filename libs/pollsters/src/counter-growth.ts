import type { InstanceReading } from '@nephometer/plugin';

/** A counter in the statistics of a device. */
export type Counter<Statistics> = (statistics: Statistics) => bigint | undefined;

/** What a counter grew by. One that went back was reset and has counted from zero since. */
export function growthOf(now: bigint, before: bigint): bigint {
  return now < before ? now : now - before;
}

/**
 * Whether a device began anew between two readings: one of its counters is lower than before. Give the counters that only a
 * new device sets back, and all of them: after a restart some may be higher already. If all of them are, the restart cannot
 * be told from work, and the growth is too small by what was counted before; it is never negative and never more than what
 * the device counts now. A quotient of two growths, such as a mean latency, may then be wrong either way.
 */
export function wentBack<Statistics>(
  counters: readonly Counter<Statistics>[],
  now: Statistics,
  before: Statistics,
): boolean {
  for (const counter of counters) {
    const [valueNow, valueBefore] = [counter(now), counter(before)];
    if (valueNow !== undefined && valueBefore !== undefined && valueNow < valueBefore) return true;
  }
  return false;
}

/**
 * Whether an instance is known to have been restarted between two readings: the CPU time of its process is lower than before.
 * One that has already used more than its forerunner had cannot be told from it.
 */
export function hasRestarted({ statistics }: InstanceReading, { statistics: before }: InstanceReading): boolean {
  const [timeNs, timeNsBefore] = [statistics.cpu?.timeNs, before.cpu?.timeNs];
  return timeNs !== undefined && timeNsBefore !== undefined && timeNs < timeNsBefore;
}

/**
 * Milliseconds between two readings, by the clock of the host; `undefined` if there are no two, if the same one is seen twice,
 * or if the clock was set back: then nothing can be said per second.
 */
export function elapsedMsOf(reading: InstanceReading, previous: InstanceReading | undefined): number | undefined {
  if (previous === undefined) return undefined;
  const elapsedMs = reading.readAtMs - previous.readAtMs;
  return elapsedMs > 0 ? elapsedMs : undefined;
}
