import { InspectionStatus, MissingReason, StatisticsGroup } from '@nephometer/inspector-api';
import type { Instance, InstanceStatistics } from '@nephometer/inspector-api';

/** A call for one domain that failed. */
export interface Failure {
  readonly group: StatisticsGroup;
  /** `LIBVIRT_ERROR`, `UNSUPPORTED` or `NOT_RUNNING`. */
  readonly reason: MissingReason;
  /** Devices or fields that are absent; none means the whole group. */
  readonly fields: readonly string[];
  /** libvirt's message. */
  readonly detail: string;
}

/** What is known about the instance besides its statistics. */
export interface JudgeContext {
  readonly groups: ReadonlySet<StatisticsGroup>;
  readonly supported: ReadonlySet<StatisticsGroup>;
  readonly description: Instance | undefined;
  readonly failures?: readonly Failure[] | undefined;
  /** The domain has no process: it is off. */
  readonly inactive: boolean;
}

/** Fields of MEMORY that only the guest's balloon driver can tell. */
const guestMemoryFields = [
  'swap_in_kib',
  'swap_out_kib',
  'major_faults',
  'minor_faults',
  'unused_kib',
  'available_kib',
  'usable_kib',
  'disk_caches_kib',
  'hugetlb_allocations',
  'hugetlb_failures',
];
const trafficFields = [
  'read_requests',
  'read_bytes',
  'read_time_ns',
  'write_requests',
  'write_bytes',
  'write_time_ns',
  'flush_requests',
  'flush_time_ns',
];
const sizeFields = ['allocation_bytes', 'capacity_bytes', 'physical_bytes'];
const vnicCounters = [
  ['receiveBytes', 'receive_bytes'],
  ['receivePackets', 'receive_packets'],
  ['receiveErrors', 'receive_errors'],
  ['receiveDrops', 'receive_drops'],
  ['transmitBytes', 'transmit_bytes'],
  ['transmitPackets', 'transmit_packets'],
  ['transmitErrors', 'transmit_errors'],
  ['transmitDrops', 'transmit_drops'],
] as const;

/** Fills `missing` and `status`: OK means that everything is here that such an instance can have. */
export function judge(statistics: InstanceStatistics, context: JudgeContext): void {
  const { groups, inactive } = context;
  const add = (group: StatisticsGroup, reason: MissingReason, fields: readonly string[] = [], detail = ''): void => {
    if (!groups.has(group)) return;
    statistics.missing.push({ group, reason, fields: [...fields], since: undefined, detail });
  };
  for (const group of groups) {
    if (!context.supported.has(group)) add(group, MissingReason.UNSUPPORTED, [], 'this hypervisor has no such group');
  }
  if (inactive) addNotRunning(add, context);
  else if (context.failures !== undefined) {
    for (const failure of context.failures) add(failure.group, failure.reason, failure.fields, failure.detail);
    if (!context.failures.some(({ group }) => group === StatisticsGroup.MEMORY)) addMemory(add, statistics, context);
  } else if (jobNotObtained(statistics, groups)) {
    addJobBusy(add, statistics, context);
    addVnics(add, statistics);
  } else {
    addMemory(add, statistics, context);
    addDisks(add, statistics);
    addVnics(add, statistics);
  }
  if (inactive) statistics.status = InspectionStatus.SHUT_OFF;
  else statistics.status = statistics.missing.length === 0 ? InspectionStatus.OK : InspectionStatus.PARTIAL;
}

type Add = (group: StatisticsGroup, reason: MissingReason, fields?: readonly string[], detail?: string) => void;

function addNotRunning(add: Add, { supported }: JudgeContext): void {
  const off = (group: StatisticsGroup, fields: readonly string[] = []): void => {
    if (supported.has(group)) add(group, MissingReason.NOT_RUNNING, fields);
  };
  off(StatisticsGroup.CPU);
  off(StatisticsGroup.VCPU, ['vcpus']);
  off(StatisticsGroup.MEMORY, [...guestMemoryFields, 'resident_kib']);
  off(StatisticsGroup.VNIC);
  off(StatisticsGroup.DISK, trafficFields);
  off(StatisticsGroup.PERF);
  off(StatisticsGroup.IOTHREAD);
  off(StatisticsGroup.DIRTY_RATE);
  off(StatisticsGroup.MEMORY_BANDWIDTH);
  off(StatisticsGroup.HYPERVISOR);
}

/**
 * libvirt could not get the domain's job (with NOWAIT it leaves out what needs it and says nothing): neither the
 * resident size nor any request count is there, as far as they were asked for.
 */
export function jobNotObtained(statistics: InstanceStatistics, groups: ReadonlySet<StatisticsGroup>): boolean {
  const memoryAsked = groups.has(StatisticsGroup.MEMORY);
  // Without a disk the block group cannot tell.
  const disksAsked = groups.has(StatisticsGroup.DISK) && statistics.disks.length > 0;
  if (!memoryAsked && !disksAsked) return false;
  if (memoryAsked && statistics.memory?.residentKib !== undefined) return false;
  return !disksAsked || statistics.disks.every((disk) => disk.readRequests === undefined);
}

function addJobBusy(add: Add, statistics: InstanceStatistics, { supported }: JudgeContext): void {
  const busy = (group: StatisticsGroup, fields: readonly string[] = []): void => {
    if (supported.has(group)) add(group, MissingReason.JOB_BUSY, fields);
  };
  if (statistics.cpu?.haltpollSuccessNs === undefined) {
    busy(StatisticsGroup.CPU, ['haltpoll_success_ns', 'haltpoll_fail_ns']);
  }
  busy(StatisticsGroup.MEMORY, [...guestMemoryFields, 'last_update_seconds', 'resident_kib']);
  if (statistics.disks.length > 0) busy(StatisticsGroup.DISK, [...trafficFields, ...sizeFields]);
  busy(StatisticsGroup.IOTHREAD);
  busy(StatisticsGroup.DIRTY_RATE);
  busy(StatisticsGroup.HYPERVISOR);
}

function addMemory(add: Add, { memory }: InstanceStatistics, { description }: JudgeContext): void {
  // Which of its numbers a guest reports depends on its driver's age; these two it always does.
  if (memory?.availableKib !== undefined || memory?.unusedKib !== undefined) return;
  if (memory === undefined && description === undefined) return;
  const balloon = description?.balloon;
  if (balloon !== undefined && balloon.statsPeriodSeconds === 0) {
    add(StatisticsGroup.MEMORY, MissingReason.BALLOON_PERIOD_ZERO, guestMemoryFields);
  } else {
    add(StatisticsGroup.MEMORY, MissingReason.BALLOON_OFF, guestMemoryFields);
  }
}

function addDisks(add: Add, { disks }: InstanceStatistics): void {
  const layers = new Set<string>();
  const fields: string[] = [];
  for (const disk of disks) {
    // Layers below the first of a chain never have traffic of their own.
    const firstLayer = !layers.has(disk.device);
    layers.add(disk.device);
    if (firstLayer && disk.readRequests === undefined) {
      fields.push(...trafficFields.map((field) => `${disk.device}.${field}`));
    }
  }
  if (fields.length > 0) add(StatisticsGroup.DISK, MissingReason.UNSUPPORTED, fields);
}

function addVnics(add: Add, { vnics }: InstanceStatistics): void {
  const fields: string[] = [];
  for (const vnic of vnics) {
    const absent = vnicCounters.filter(([key]) => vnic[key] === undefined);
    if (absent.length === vnicCounters.length) fields.push(vnic.device);
    else fields.push(...absent.map(([, field]) => `${vnic.device}.${field}`));
  }
  if (fields.length > 0) add(StatisticsGroup.VNIC, MissingReason.UNSUPPORTED, fields);
}
