import { MissingReason, StatisticsGroup } from '@nephometer/inspector-api';
import type { InstanceStatistics } from '@nephometer/inspector-api';
import type { InstanceResource, Pollster } from '@nephometer/plugin';
import type { Metadata } from '@nephometer/sample';
import { createInstancePollster } from './instance-pollster.ts';
import type { InstanceMeter } from './instance-pollster.ts';
import { toVolume } from './volume.ts';

const meters: readonly InstanceMeter[] = [
  {
    name: 'cpu',
    type: 'cumulative',
    unit: 'ns',
    needs: [StatisticsGroup.CPU, StatisticsGroup.VCPU],
    volume: cpuTimeNs,
    metadata: withCpuNumber,
  },
  {
    name: 'vcpus',
    type: 'gauge',
    unit: 'vcpu',
    needs: [StatisticsGroup.VCPU],
    volume: (statistics) => statistics.vcpuCount?.current,
  },
];

/** `cpu` and `vcpus`. */
export const cpuPollsters: readonly Pollster[] = meters.map(createInstancePollster);

/**
 * Time the virtual CPUs ran plus the time they waited for a host CPU; where these are not known for each of them, the CPU
 * time of the whole instance. The two differ, so a reading that lacks the virtual CPUs only for now gives no value: falling
 * back would make the counter jump.
 */
function cpuTimeNs(statistics: InstanceStatistics): number | undefined {
  const current = statistics.vcpuCount?.current;
  if (current !== undefined) {
    const sum = sumVcpuTimes(statistics, current);
    if (sum !== undefined) return toVolume(sum);
  }
  const total = statistics.cpu?.timeNs;
  return total === undefined || vcpusMayReturn(statistics) ? undefined : toVolume(total);
}

/** The sum over the virtual CPUs whose two times are known, if these are `count` many. Numbers may have holes. */
function sumVcpuTimes(statistics: InstanceStatistics, count: number): bigint | undefined {
  let sum = 0n;
  let found = 0;
  for (const { timeNs, waitNs } of statistics.vcpus) {
    if (timeNs === undefined || waitNs === undefined) continue;
    sum += timeNs + waitNs;
    found += 1;
  }
  return found === count ? sum : undefined;
}

function vcpusMayReturn(statistics: InstanceStatistics): boolean {
  return statistics.missing.some(
    ({ group, reason }) => group === StatisticsGroup.VCPU && reason !== MissingReason.UNSUPPORTED,
  );
}

const withNumbers = new WeakMap<InstanceResource, Map<number | null, Metadata>>();

/** The resource's metadata with the number of virtual CPUs in use, `null` if unknown: one object per number. */
function withCpuNumber(resource: InstanceResource, statistics: InstanceStatistics): Metadata {
  const number = statistics.vcpuCount?.current ?? null;
  let byNumber = withNumbers.get(resource);
  if (byNumber === undefined) withNumbers.set(resource, (byNumber = new Map<number | null, Metadata>()));
  let metadata = byNumber.get(number);
  if (metadata === undefined) byNumber.set(number, (metadata = { ...resource.metadata, cpu_number: number }));
  return metadata;
}
