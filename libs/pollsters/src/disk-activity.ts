import { StatisticsGroup } from '@nephometer/inspector-api';
import type { Pollster } from '@nephometer/plugin';
import type { Compat } from '@nephometer/sample';
import { createDevicePollster } from './device-pollster.ts';
import { disksAt, readBytes, readRequests, readTimeNs, writeBytes, writeRequests, writeTimeNs } from './disk.ts';
import { growthPer } from './disk-growth.ts';
import type { Activity } from './disk-growth.ts';
import { withDeviceNamesAt } from './disk-total.ts';
import { createInstancePollster } from './instance-pollster.ts';
import { only2015, until19 } from './meter-row.ts';
import type { MeterRow } from './meter-row.ts';

interface ActivityRow extends MeterRow, Activity {
  readonly isDerived: true;
  readonly isFloat: true;
}

const derived = { type: 'gauge', isFloat: true, isDerived: true } as const;
const rate = { ...derived, versions: only2015, per: 'second' } as const;
const iops = { ...derived, unit: 'count/s', counters: [readRequests, writeRequests], per: 'second' } as const;
const latency = { ...derived, unit: 'ms', counters: [readTimeNs, writeTimeNs], per: 'request' } as const;

/** `disk.device.*` made from two readings: one sample per disk that both have. */
export const diskDeviceActivityRows: readonly ActivityRow[] = [
  {
    name: 'disk.device.read.bytes.rate',
    unit: 'B/s',
    description: 'Bytes read per second.',
    counters: [readBytes],
    ...rate,
  },
  {
    name: 'disk.device.read.requests.rate',
    unit: 'requests/s',
    description: 'Read requests per second.',
    counters: [readRequests],
    ...rate,
  },
  {
    name: 'disk.device.write.bytes.rate',
    unit: 'B/s',
    description: 'Bytes written per second.',
    counters: [writeBytes],
    ...rate,
  },
  {
    name: 'disk.device.write.requests.rate',
    unit: 'requests/s',
    description: 'Write requests per second.',
    counters: [writeRequests],
    ...rate,
  },
  {
    name: 'disk.device.latency',
    versions: until19,
    description: 'Mean time of the reads and writes since the reading before; 0 if there were none.',
    ...latency,
  },
  {
    name: 'disk.device.iops',
    versions: until19,
    description: 'Reads and writes per second.',
    ...iops,
  },
];

/** `disk.*` made from two readings: what the disks of an instance did together. */
export const diskTotalActivityRows: readonly (ActivityRow & { readonly namesDevices: boolean })[] = [
  {
    name: 'disk.read.bytes.rate',
    unit: 'B/s',
    description: 'Bytes read per second.',
    counters: [readBytes],
    namesDevices: true,
    ...rate,
  },
  {
    name: 'disk.read.requests.rate',
    unit: 'requests/s',
    description: 'Read requests per second.',
    counters: [readRequests],
    namesDevices: true,
    ...rate,
  },
  {
    name: 'disk.write.bytes.rate',
    unit: 'B/s',
    description: 'Bytes written per second.',
    counters: [writeBytes],
    namesDevices: true,
    ...rate,
  },
  {
    name: 'disk.write.requests.rate',
    unit: 'requests/s',
    description: 'Write requests per second.',
    counters: [writeRequests],
    namesDevices: true,
    ...rate,
  },
  {
    name: 'disk.latency',
    versions: only2015,
    description:
      'Mean time of the reads and writes of all disks since the reading before; 0 if there were none. Without `device`.',
    namesDevices: false,
    ...latency,
  },
  {
    name: 'disk.iops',
    versions: only2015,
    description: 'Reads and writes per second. Without `device`.',
    namesDevices: false,
    ...iops,
  },
];

// The CPU time tells a guest's restart.
const needs = [StatisticsGroup.DISK, StatisticsGroup.CPU];

/** The pollsters of {@link diskDeviceActivityRows} at one version. */
export function createDiskDeviceActivityPollsters(compat: Compat): readonly Pollster[] {
  return diskDeviceActivityRows.map((row) =>
    createDevicePollster({
      row,
      compat,
      needs,
      devicesOf: disksAt(compat),
      volume: (disk, reading, previous) => growthPer(row, [disk], reading, previous),
    }),
  );
}

/** The pollsters of {@link diskTotalActivityRows} at one version. */
export function createDiskTotalActivityPollsters(compat: Compat): readonly Pollster[] {
  const disksOf = disksAt(compat);
  return diskTotalActivityRows.map((row) =>
    createInstancePollster(
      {
        ...row,
        needs,
        volume: (reading, resource, previous) => growthPer(row, disksOf(resource), reading, previous),
        ...(row.namesDevices && { metadata: withDeviceNamesAt(compat) }),
      },
      compat,
    ),
  );
}
