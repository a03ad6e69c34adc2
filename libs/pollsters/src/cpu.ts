import { MissingReason, StatisticsGroup } from '@nephometer/inspector-api';
import type { InstanceStatistics } from '@nephometer/inspector-api';
import type { InstanceResource } from '@nephometer/plugin';
import type { Metadata } from '@nephometer/sample';
import { cpuUtilPercent } from './cpu-util.ts';
import type { InstanceRow } from './instance-pollster.ts';
import { all, onlyHead, until19 } from './meter-row.ts';
import type { Versioned } from './meter-row.ts';
import { toVolume } from './volume.ts';

/** `cpu`, `vcpus` and `cpu_util`. */
export const cpuRows: readonly Versioned<InstanceRow>[] = [
  {
    name: 'cpu',
    type: 'cumulative',
    unit: 'ns',
    versions: all,
    description:
      'CPU time used: of all virtual CPUs together, running and waiting for a host CPU (in 2015, of the whole guest).' +
      ' Metadata adds `cpu_number`, the virtual CPUs in use.',
    needs: [StatisticsGroup.CPU, StatisticsGroup.VCPU],
    volume: ({ statistics }) => cpuTimeNs(statistics),
    metadata: (resource, { statistics }) => withCpuNumber(resource, statistics.vcpuCount?.current ?? null),
    at: {
      '2015': {
        volume: ({ statistics }) => wholeCpuTimeNs(statistics),
        // There the number comes with the time, from a call that always knows it.
        metadata: (resource, { statistics }) =>
          withCpuNumber(resource, statistics.vcpuCount?.current ?? resource.instance.vcpusCurrent ?? null),
      },
    },
  },
  {
    name: 'vcpus',
    type: 'gauge',
    unit: 'vcpu',
    versions: onlyHead,
    description: 'Virtual CPUs in use.',
    needs: [StatisticsGroup.VCPU],
    volume: ({ statistics }) => statistics.vcpuCount?.current,
  },
  {
    name: 'cpu_util',
    type: 'gauge',
    unit: '%',
    isFloat: true,
    versions: until19,
    isDerived: true,
    description: 'Share of its virtual CPUs that the guest used since the reading before, 0 to 100.',
    needs: [StatisticsGroup.CPU, StatisticsGroup.VCPU],
    volume: cpuUtilPercent,
  },
];

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
  return vcpusMayReturn(statistics) ? undefined : wholeCpuTimeNs(statistics);
}

function wholeCpuTimeNs({ cpu }: InstanceStatistics): number | undefined {
  return cpu?.timeNs === undefined ? undefined : toVolume(cpu.timeNs);
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
function withCpuNumber(resource: InstanceResource, number: number | null): Metadata {
  let byNumber = withNumbers.get(resource);
  if (byNumber === undefined) withNumbers.set(resource, (byNumber = new Map<number | null, Metadata>()));
  let metadata = byNumber.get(number);
  if (metadata === undefined) byNumber.set(number, (metadata = { ...resource.metadata, cpu_number: number }));
  return metadata;
}
