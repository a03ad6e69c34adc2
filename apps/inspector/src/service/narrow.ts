import { InspectionStatus, StatisticsGroup } from '@nephometer/inspector-api';
import type { InstanceStatistics } from '@nephometer/inspector-api';
import type { ReadingRequest } from '../hypervisor.ts';
import { isComplete } from '../statistics/is-complete.ts';

/** Whether a reading made for `made` holds everything that `wanted` asks for. */
export function covers(made: ReadingRequest, wanted: ReadingRequest): boolean {
  if (![...wanted.groups].every((group) => made.groups.has(group))) return false;
  if (made.ids === undefined) return true;
  const ids = new Set(made.ids);
  return wanted.ids?.every((id) => ids.has(id)) ?? false;
}

/**
 * What `wanted` asks for out of a reading made for `made`, which covers it: the same answer as a reading of its own.
 * `instances` are ordered by id and hold an entry for each id of `made`; nothing of them is changed.
 */
export function narrow(
  instances: readonly InstanceStatistics[],
  made: ReadingRequest,
  wanted: ReadingRequest,
): readonly InstanceStatistics[] {
  const ids = wanted.ids === undefined ? undefined : new Set(wanted.ids);
  const chosen = ids === undefined ? instances : instances.filter(({ id }) => ids.has(id));
  if (wanted.groups.size === made.groups.size) return chosen;
  return chosen.map((statistics) => onlyGroups(statistics, wanted.groups));
}

/** First part of libvirt's names in the tail, and the group they came with. */
const groupOfPrefix: Readonly<Record<string, StatisticsGroup>> = {
  state: StatisticsGroup.STATE,
  cpu: StatisticsGroup.CPU,
  vcpu: StatisticsGroup.VCPU,
  balloon: StatisticsGroup.MEMORY,
  net: StatisticsGroup.VNIC,
  block: StatisticsGroup.DISK,
  perf: StatisticsGroup.PERF,
  iothread: StatisticsGroup.IOTHREAD,
  dirtyrate: StatisticsGroup.DIRTY_RATE,
  memory: StatisticsGroup.MEMORY_BANDWIDTH,
  vm: StatisticsGroup.HYPERVISOR,
};

function onlyGroups(statistics: InstanceStatistics, groups: ReadonlySet<StatisticsGroup>): InstanceStatistics {
  const keep = <T>(group: StatisticsGroup, part: T, without: T): T => (groups.has(group) ? part : without);
  const missing = statistics.missing.filter(({ group }) => groups.has(group));
  const wasPartial = statistics.status === InspectionStatus.PARTIAL;
  return {
    ...statistics,
    status: wasPartial && isComplete(missing) ? InspectionStatus.OK : statistics.status,
    missing,
    cpu: keep(StatisticsGroup.CPU, statistics.cpu, undefined),
    vcpuCount: keep(StatisticsGroup.VCPU, statistics.vcpuCount, undefined),
    vcpus: keep(StatisticsGroup.VCPU, statistics.vcpus, []),
    memory: keep(StatisticsGroup.MEMORY, statistics.memory, undefined),
    vnics: keep(StatisticsGroup.VNIC, statistics.vnics, []),
    disks: keep(StatisticsGroup.DISK, statistics.disks, []),
    perf: keep(StatisticsGroup.PERF, statistics.perf, undefined),
    iothreads: keep(StatisticsGroup.IOTHREAD, statistics.iothreads, []),
    dirtyRate: keep(StatisticsGroup.DIRTY_RATE, statistics.dirtyRate, undefined),
    other: statistics.other.filter(({ name }) => {
      const group = groupOfPrefix[name.slice(0, name.indexOf('.'))];
      return group === undefined || groups.has(group);
    }),
  };
}
