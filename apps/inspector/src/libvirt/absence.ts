import { MissingReason, StatisticsGroup } from '@nephometer/inspector-api';
import type { Instance, InstanceStatistics } from '@nephometer/inspector-api';
import { everyField, fieldBits } from '../statistics/group-shape.ts';
import type { FieldBits } from '../statistics/group-shape.ts';

/** Why something is absent. */
export interface Absence {
  readonly reason: MissingReason;
  /** For people. */
  readonly detail?: string;
  /** Epoch milliseconds. */
  readonly sinceMs?: number | undefined;
}

const { CPU, VCPU, MEMORY, DISK, IOTHREAD, DIRTY_RATE, HYPERVISOR } = StatisticsGroup;

const traffic = [
  'read_requests',
  'read_bytes',
  'read_time_ns',
  'write_requests',
  'write_bytes',
  'write_time_ns',
  'flush_requests',
  'flush_time_ns',
];
/** What only the guest's balloon driver can tell. */
const guestMemory = [
  'swap_in_kib',
  'swap_out_kib',
  'major_faults',
  'minor_faults',
  'unused_kib',
  'available_kib',
  'usable_kib',
  'last_update_seconds',
  'disk_caches_kib',
  'hugetlb_allocations',
  'hugetlb_failures',
];

const stoppedDisk = fieldBits(DISK, [...traffic, 'backing_index']);

/** What a domain that is off lacks because it is off: of disks what moves, of other groups all that is absent. */
export function notRunningFields(group: StatisticsGroup): FieldBits {
  return group === DISK ? stoppedDisk : everyField;
}

const needJob: ReadonlyMap<StatisticsGroup, FieldBits> = new Map<StatisticsGroup, FieldBits>([
  [CPU, fieldBits(CPU, ['haltpoll_success_ns', 'haltpoll_fail_ns'])],
  [MEMORY, fieldBits(MEMORY, [...guestMemory, 'resident_kib'])],
  [DISK, fieldBits(DISK, [...traffic, 'allocation_bytes', 'capacity_bytes', 'physical_bytes', 'threshold_bytes'])],
  [IOTHREAD, everyField],
  [DIRTY_RATE, everyField],
  [HYPERVISOR, everyField],
]);
const halted = fieldBits(VCPU, ['halted']);

/** What libvirt leaves out of a domain whose job somebody else holds; `undefined` if nothing of this group. */
export function jobFields(group: StatisticsGroup, description: Instance | undefined): FieldBits | undefined {
  // Elsewhere libvirt never tells whether a virtual CPU is halted.
  if (group === VCPU) return description?.architecture?.startsWith('s390') === true ? halted : undefined;
  return needJob.get(group);
}

const guestMemoryFields = fieldBits(MEMORY, guestMemory);

/** Why a running guest tells nothing of its memory; `undefined` if it does, or nothing at all is known of it. */
export function balloonReason(
  { memory }: InstanceStatistics,
  group: StatisticsGroup,
  description: Instance | undefined,
): (Absence & { readonly fields: FieldBits }) | undefined {
  if (group !== MEMORY || memory === undefined) return undefined;
  // Which of its numbers a guest reports depends on its driver's age; these two it always does.
  if (memory.availableKib !== undefined || memory.unusedKib !== undefined) return undefined;
  const isNeverAsked = description?.balloon?.statsPeriodSeconds === 0;
  const reason = isNeverAsked ? MissingReason.BALLOON_PERIOD_ZERO : MissingReason.BALLOON_OFF;
  return { reason, fields: guestMemoryFields };
}
