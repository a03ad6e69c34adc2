import type { InstanceStatistics } from '@nephometer/inspector-api';
import type { InstanceReading, InstanceResource } from '@nephometer/plugin';
import { elapsedMsOf, growthOf, hasRestarted } from './counter-growth.ts';

/**
 * The share of its virtual CPUs that an instance used between two readings, in percent of all that are in use now.
 *
 * The time is that in which the virtual CPUs ran; waiting for a host CPU is no use, though the meter `cpu` counts it. Where
 * the two readings do not tell it for each virtual CPU, it is the CPU time of the whole instance, in which the hypervisor's
 * own work is contained. Never above 100: that work, the clocks of host and reader, and virtual CPUs taken away between the
 * readings would exceed it now and then.
 *
 * `undefined` on the first reading, without time between the two, and where the number of virtual CPUs is not known.
 */
export function cpuUtilPercent(
  reading: InstanceReading,
  { instance }: InstanceResource,
  previous: InstanceReading | undefined,
): number | undefined {
  const elapsedMs = elapsedMsOf(reading, previous);
  const count = reading.statistics.vcpuCount?.current ?? instance.vcpusCurrent ?? 0;
  if (previous === undefined || elapsedMs === undefined || count === 0) return undefined;
  const usedNs = vcpuGrowthNs(reading, previous) ?? wholeGrowthNs(reading.statistics, previous.statistics);
  return usedNs === undefined ? undefined : Math.min(100, (Number(usedNs) / (elapsedMs * 1e6 * count)) * 100);
}

/** `undefined` unless both readings have the time of each virtual CPU. One that was plugged in between has begun at zero. */
function vcpuGrowthNs(reading: InstanceReading, previous: InstanceReading): bigint | undefined {
  const { statistics } = reading;
  if (!hasAllVcpuTimes(statistics) || !hasAllVcpuTimes(previous.statistics)) return undefined;
  const isFresh = hasRestarted(reading, previous);
  let sum = 0n;
  for (const { number, timeNs } of statistics.vcpus) {
    if (timeNs === undefined) continue;
    sum += growthOf(timeNs, isFresh ? 0n : vcpuTimeNs(previous.statistics, number));
  }
  return sum;
}

function hasAllVcpuTimes({ vcpus, vcpuCount }: InstanceStatistics): boolean {
  let found = 0;
  for (const { timeNs } of vcpus) {
    if (timeNs !== undefined) found += 1;
  }
  return found > 0 && found === vcpuCount?.current;
}

function vcpuTimeNs({ vcpus }: InstanceStatistics, wanted: number): bigint {
  for (const { number, timeNs } of vcpus) {
    if (number === wanted && timeNs !== undefined) return timeNs;
  }
  return 0n;
}

function wholeGrowthNs({ cpu }: InstanceStatistics, { cpu: before }: InstanceStatistics): bigint | undefined {
  if (cpu?.timeNs === undefined || before?.timeNs === undefined) return undefined;
  return growthOf(cpu.timeNs, before.timeNs);
}
