import { StatisticsGroup } from '@nephometer/inspector-api';
import type { InstanceStatistics } from '@nephometer/inspector-api';
import type { InstanceResource, Pollster } from '@nephometer/plugin';
import type { Compat, Metadata } from '@nephometer/sample';
import { oncePerResource, statisticsOf } from './device.ts';
import { disksAt, readBytes, readRequests, writeBytes, writeRequests } from './disk.ts';
import type { DiskValue, MeteredDisk } from './disk.ts';
import { allocationBytes, capacityBytes, usageBytes } from './disk-sizes.ts';
import { createInstancePollster } from './instance-pollster.ts';
import { only2015, rowAt } from './meter-row.ts';
import type { MeterRow, Versioned } from './meter-row.ts';
import { toVolume } from './volume.ts';

interface DiskTotalRow extends MeterRow {
  readonly value: DiskValue;
}

/** `disk.*`: what the disks of an instance have together. */
export const diskTotalRows: readonly Versioned<DiskTotalRow>[] = [
  {
    name: 'disk.read.requests',
    type: 'cumulative',
    unit: 'request',
    versions: only2015,
    description: 'Read requests.',
    value: readRequests,
  },
  {
    name: 'disk.read.bytes',
    type: 'cumulative',
    unit: 'B',
    versions: only2015,
    description: 'Bytes read.',
    value: readBytes,
  },
  {
    name: 'disk.write.requests',
    type: 'cumulative',
    unit: 'request',
    versions: only2015,
    description: 'Write requests.',
    value: writeRequests,
  },
  {
    name: 'disk.write.bytes',
    type: 'cumulative',
    unit: 'B',
    versions: only2015,
    description: 'Bytes written.',
    value: writeBytes,
  },
  {
    name: 'disk.capacity',
    type: 'gauge',
    unit: 'B',
    versions: only2015,
    description: 'Sizes that the guest sees, see `disk.device.capacity`.',
    value: capacityBytes,
    at: { '2015': { value: (disk) => disk.capacityBytes } },
  },
  {
    name: 'disk.allocation',
    type: 'gauge',
    unit: 'B',
    versions: only2015,
    description: 'What is occupied, see `disk.device.allocation`.',
    value: allocationBytes,
  },
  {
    name: 'disk.usage',
    type: 'gauge',
    unit: 'B',
    versions: only2015,
    description: 'Sizes of the files and devices behind the disks.',
    value: usageBytes,
  },
];

/** The pollsters of {@link diskTotalRows} at one version. */
export function createDiskTotalPollsters(compat: Compat): readonly Pollster[] {
  const disksOf = disksAt(compat);
  const metadata = withDeviceNamesAt(compat);
  return diskTotalRows.map((versioned) => {
    const { value, ...row } = rowAt(versioned, compat);
    return createInstancePollster(
      {
        ...row,
        needs: [StatisticsGroup.DISK],
        volume: ({ statistics }, resource) => sumOf(value, disksOf(resource), statistics),
        metadata,
      },
      compat,
    );
  });
}

/** The metadata of samples of all disks together at a version: with the names of the disks as `device`. */
export function withDeviceNamesAt(compat: Compat): (resource: InstanceResource) => Metadata {
  return compat === '2015' ? withEveryDisk : withFilledDisks;
}

const withEveryDisk = oncePerResource((resource) => withNames(resource, disksAt('2015')(resource)));
const withFilledDisks = oncePerResource((resource) => withNames(resource, disksAt('head')(resource)));

function withNames({ metadata }: InstanceResource, disks: readonly MeteredDisk[]): Metadata {
  return { ...metadata, device: disks.map(({ name }) => name) };
}

/**
 * Zero for an instance without disks. A disk that was not read leaves no sum, which would seem to go back; an empty drive may
 * be missing beside others.
 */
function sumOf(
  value: DiskValue,
  disks: readonly MeteredDisk[],
  { disks: read }: InstanceStatistics,
): number | undefined {
  let sum = 0n;
  let found = 0;
  for (const disk of disks) {
    const statistics = statisticsOf(read, disk.name);
    const one = statistics && value(statistics, disk);
    if (one !== undefined) {
      sum += one;
      found += 1;
    } else if (!disk.isEmpty) return undefined;
  }
  return found === 0 && disks.length > 0 ? undefined : toVolume(sum);
}
