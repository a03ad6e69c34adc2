import type { Facts } from './observation.ts';
import type { Reading, Series } from './series-store.ts';

/** Facts of a counter of a guest, for tests; what they are not about is the same everywhere. */
export const facts: Facts = {
  type: 'cumulative',
  unit: 'B',
  userId: 'u',
  projectId: 'p',
  source: 'openstack',
  metadata: { instance_id: 'guest-1', instance_host: 'kvm1', name: 'instance-1', flavor: { id: '1', vcpus: 2 } },
  isSorted: false,
};

/** Readings of one series: time in ms and volume. */
export function readings(
  all: readonly (readonly [atMs: number, volume: number])[],
  more: Partial<Facts> = {},
): Reading[] {
  const own = { ...facts, ...more };
  return all.map(([atMs, volume]) => ({ atMs, volume, isFloat: false, facts: own }));
}

/** A series of `disk.device.read.bytes` unless it says otherwise. */
export function seriesOf(ours: readonly Reading[], theirs: readonly Reading[], more: Partial<Series> = {}): Series {
  return { meter: 'disk.device.read.bytes', resourceId: 'guest-1-vda', ours, theirs, ...more };
}
