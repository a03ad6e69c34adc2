import { Instance } from '@nephometer/inspector-api';
import type { InstanceStatistics } from '@nephometer/inspector-api';
import type { DomainStats } from '@nephometer/libvirt';
import { mapRecord } from '../map-record.ts';
import type { RecordContext } from '../map-record.ts';
import { allGroups, fullRecord, fullSizes } from './records.ts';

/** A guest whose balloon is asked; it has no devices. */
export const description = Instance.create({ id: 'u', balloon: { model: 'virtio', statsPeriodSeconds: 10 } });

/** The statistics of a record, all groups asked for unless the context says otherwise. */
export function judged(stats: DomainStats, context: Partial<RecordContext> = {}): InstanceStatistics {
  return mapRecord(stats, { groups: allGroups, supported: allGroups, description, sourceSizes: fullSizes, ...context });
}

/** The full record without what these begin with. */
export function without(...prefixes: string[]): DomainStats {
  const { domain, params } = fullRecord();
  return { domain, params: params.filter(({ name }) => !prefixes.some((prefix) => name.startsWith(prefix))) };
}

/** What is missing: group, reason, fields. */
export const missingOf = ({ missing }: InstanceStatistics): unknown[] =>
  missing.map(({ group, reason, fields }) => [group, reason, fields]);

/** What only the guest's balloon driver tells. */
export const guestMemory = [
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
/** What moves on a disk. */
export const traffic = [
  'read_requests',
  'read_bytes',
  'read_time_ns',
  'write_requests',
  'write_bytes',
  'write_time_ns',
  'flush_requests',
  'flush_time_ns',
];
/** Sizes of a disk. */
export const sizes = ['allocation_bytes', 'capacity_bytes', 'physical_bytes'];
