import { StatisticsGroup } from '@nephometer/inspector-api';
import type { Pollster } from '@nephometer/plugin';
import type { Compat } from '@nephometer/sample';
import { statisticsOf } from './device.ts';
import { createDevicePollster } from './device-pollster.ts';
import { disksAt, readBytes, readRequests, readTimeNs, writeBytes, writeRequests, writeTimeNs } from './disk.ts';
import type { DiskValue } from './disk.ts';
import { allocationBytes, capacityBytes, usageBytes } from './disk-sizes.ts';
import { all, rowAt, since19 } from './meter-row.ts';
import type { MeterRow, Versioned } from './meter-row.ts';
import { toVolume } from './volume.ts';

interface DiskRow extends MeterRow {
  readonly value: DiskValue;
}

/** `disk.device.*` as the hypervisor tells it: one sample per disk, see `disksAt`. */
export const diskDeviceRows: readonly Versioned<DiskRow>[] = [
  {
    name: 'disk.device.read.requests',
    type: 'cumulative',
    unit: 'request',
    versions: all,
    description: 'Read requests.',
    value: readRequests,
  },
  {
    name: 'disk.device.read.bytes',
    type: 'cumulative',
    unit: 'B',
    versions: all,
    description: 'Bytes read.',
    value: readBytes,
  },
  {
    name: 'disk.device.write.requests',
    type: 'cumulative',
    unit: 'request',
    versions: all,
    description: 'Write requests.',
    value: writeRequests,
  },
  {
    name: 'disk.device.write.bytes',
    type: 'cumulative',
    unit: 'B',
    versions: all,
    description: 'Bytes written.',
    value: writeBytes,
  },
  {
    name: 'disk.device.read.latency',
    type: 'cumulative',
    unit: 'ns',
    versions: since19,
    description: 'Time of all reads together, not an average.',
    value: readTimeNs,
  },
  {
    name: 'disk.device.write.latency',
    type: 'cumulative',
    unit: 'ns',
    versions: since19,
    description: 'Time of all writes together, not an average.',
    value: writeTimeNs,
  },
  {
    name: 'disk.device.capacity',
    type: 'gauge',
    unit: 'B',
    versions: all,
    description: 'Size that the guest sees, at least that of the file or device behind it (in 2015, whatever that is).',
    value: capacityBytes,
    at: { '2015': { value: (disk) => disk.capacityBytes } },
  },
  {
    name: 'disk.device.allocation',
    type: 'gauge',
    unit: 'B',
    versions: all,
    description: 'What is occupied: blocks of an image file that grows, otherwise the highest offset written.',
    value: allocationBytes,
  },
  {
    name: 'disk.device.usage',
    type: 'gauge',
    unit: 'B',
    versions: all,
    description: 'Size of the file or device behind the disk.',
    value: usageBytes,
  },
];

/** The pollsters of {@link diskDeviceRows} at one version. */
export function createDiskDevicePollsters(compat: Compat): readonly Pollster[] {
  return diskDeviceRows.map((versioned) => {
    const row = rowAt(versioned, compat);
    return createDevicePollster({
      row,
      compat,
      needs: [StatisticsGroup.DISK],
      devicesOf: disksAt(compat),
      volume(disk, { statistics }) {
        const read = statisticsOf(statistics.disks, disk.name);
        const value = read && row.value(read, disk);
        return value === undefined ? undefined : toVolume(value);
      },
    });
  });
}
