import type { DiskStatistics } from '@nephometer/inspector-api';
import type { InstanceReading, InstanceResource } from '@nephometer/plugin';
import type { Compat } from '@nephometer/sample';
import { hasRestarted, wentBack } from './counter-growth.ts';
import { oncePerResource, statisticsOf } from './device.ts';
import type { MeteredDevice } from './device.ts';
import { imageKindOf } from './disk-sizes.ts';
import type { ImageKind } from './disk-sizes.ts';

/** A disk that is metered. */
export interface MeteredDisk extends MeteredDevice, ImageKind {
  /** A drive with nothing in it. */
  readonly isEmpty: boolean;
}

/** A number in the statistics of a disk. */
export type DiskValue = (statistics: DiskStatistics, disk: MeteredDisk) => bigint | undefined;

/** The disks of an instance that are metered at a version, in the order of the definition: from 19.0.0 on no empty drives. */
export function disksAt(compat: Compat): (resource: InstanceResource) => readonly MeteredDisk[] {
  return compat === '2015' ? everyDisk : filledDisks;
}

const everyDisk = oncePerResource((resource: InstanceResource): readonly MeteredDisk[] =>
  resource.instance.disks
    .filter(({ device }) => device !== '')
    .map((disk) => ({
      name: disk.device,
      resourceId: `${resource.id}-${disk.device}`,
      metadata: { ...resource.metadata, disk_name: disk.device },
      isEmpty: disk.source === undefined,
      ...imageKindOf(disk),
    })),
);

const filledDisks = oncePerResource((resource) => everyDisk(resource).filter(({ isEmpty }) => !isEmpty));

export const readBytes = (disk: DiskStatistics): bigint | undefined => disk.readBytes;
export const readRequests = (disk: DiskStatistics): bigint | undefined => disk.readRequests;
export const readTimeNs = (disk: DiskStatistics): bigint | undefined => disk.readTimeNs;
export const writeBytes = (disk: DiskStatistics): bigint | undefined => disk.writeBytes;
export const writeRequests = (disk: DiskStatistics): bigint | undefined => disk.writeRequests;
export const writeTimeNs = (disk: DiskStatistics): bigint | undefined => disk.writeTimeNs;

const traffic = [readBytes, readRequests, writeBytes, writeRequests];

/** The counters of a disk that has done nothing yet. */
const untouched: DiskStatistics = {
  index: 0,
  device: '',
  readRequests: 0n,
  readBytes: 0n,
  readTimeNs: 0n,
  writeRequests: 0n,
  writeBytes: 0n,
  writeTimeNs: 0n,
};

/**
 * What a disk had counted at the previous reading: nothing if it began anew in between, which a guest's restart and another
 * disk under the same name do, because QEMU counts from its start; `undefined` if that reading did not have it.
 */
export function diskBefore(
  now: DiskStatistics,
  reading: InstanceReading,
  previous: InstanceReading,
): DiskStatistics | undefined {
  const before = statisticsOf(previous.statistics.disks, now.device);
  if (before === undefined) return undefined;
  return wentBack(traffic, now, before) || hasRestarted(reading, previous) ? untouched : before;
}
