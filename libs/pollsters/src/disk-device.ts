import { StatisticsGroup } from '@nephometer/inspector-api';
import type { DiskStatistics } from '@nephometer/inspector-api';
import type { InstanceResource, Pollster } from '@nephometer/plugin';
import { createSample } from '@nephometer/sample';
import type { Meter, Sample } from '@nephometer/sample';
import { oncePerResource, statisticsOf } from './device.ts';
import type { MeteredDevice } from './device.ts';
import { isMetered } from './metered.ts';
import { toVolume } from './volume.ts';

interface DiskMeter extends Meter {
  readonly value: (disk: DiskStatistics) => bigint | undefined;
}

// The two latencies are the total time of all requests, not an average: Ceilometer's names.
const meters: readonly DiskMeter[] = [
  { name: 'disk.device.read.requests', type: 'cumulative', unit: 'request', value: (disk) => disk.readRequests },
  { name: 'disk.device.read.bytes', type: 'cumulative', unit: 'B', value: (disk) => disk.readBytes },
  { name: 'disk.device.write.requests', type: 'cumulative', unit: 'request', value: (disk) => disk.writeRequests },
  { name: 'disk.device.write.bytes', type: 'cumulative', unit: 'B', value: (disk) => disk.writeBytes },
  { name: 'disk.device.read.latency', type: 'cumulative', unit: 'ns', value: (disk) => disk.readTimeNs },
  { name: 'disk.device.write.latency', type: 'cumulative', unit: 'ns', value: (disk) => disk.writeTimeNs },
  { name: 'disk.device.capacity', type: 'gauge', unit: 'B', value: capacityBytes },
  { name: 'disk.device.allocation', type: 'gauge', unit: 'B', value: (disk) => disk.allocationBytes },
  { name: 'disk.device.usage', type: 'gauge', unit: 'B', value: (disk) => disk.physicalBytes },
];

/** `disk.device.*`: one sample per disk that has something in it; an empty drive has none. */
export const diskDevicePollsters: readonly Pollster[] = meters.map((meter) => ({
  name: meter.name,
  discovery: 'local_instances',
  needs: [StatisticsGroup.DISK],
  samples(resource, { statistics, stamp }) {
    const samples: Sample[] = [];
    if (!isMetered(statistics)) return samples;
    for (const { name, resourceId, metadata } of disksOf(resource)) {
      const disk = statisticsOf(statistics.disks, name);
      const value = disk && meter.value(disk);
      if (value === undefined) continue;
      samples.push(createSample({ meter, volume: toVolume(value), resource, resourceId, metadata, stamp }));
    }
    return samples;
  },
}));

const disksOf = oncePerResource((resource: InstanceResource): readonly MeteredDevice[] =>
  resource.instance.disks
    .filter(({ source }) => source !== undefined)
    .map(({ device }) => ({
      name: device,
      resourceId: `${resource.id}-${device}`,
      metadata: { ...resource.metadata, disk_name: device },
    })),
);

/** libvirt rounds the container of an attached CD-ROM up to 4 KiB, so that it may be larger than what the guest sees. */
function capacityBytes({ capacityBytes: capacity, physicalBytes: physical }: DiskStatistics): bigint | undefined {
  if (capacity === undefined || physical === undefined) return capacity;
  return physical > capacity ? physical : capacity;
}
