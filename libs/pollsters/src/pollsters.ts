import type { Pollster } from '@nephometer/plugin';
import type { Compat } from '@nephometer/sample';
import { cpuRows } from './cpu.ts';
import {
  createDiskDeviceActivityPollsters,
  createDiskTotalActivityPollsters,
  diskDeviceActivityRows,
  diskTotalActivityRows,
} from './disk-activity.ts';
import { createDiskDevicePollsters, diskDeviceRows } from './disk-device.ts';
import { createDiskTotalPollsters, diskTotalRows } from './disk-total.ts';
import { createFlavorPollsters, flavorRows } from './flavor.ts';
import { createInstancePollster } from './instance-pollster.ts';
import { createMemoryPollsters, memoryRows } from './memory.ts';
import type { MeterFamily } from './meter-row.ts';
import { createNetworkPollsters, networkRows } from './network.ts';
import { createPerfPollsters, perfRows } from './perf.ts';
import { powerStateRow } from './power-state.ts';

/** The tables, in the order of the samples. */
export const meterFamilies: readonly MeterFamily[] = [
  {
    title: 'The guest as a whole',
    resourceId: '<instance id>',
    metadata: '',
    rows: [...cpuRows, powerStateRow, ...flavorRows],
  },
  { title: 'Memory', resourceId: '<instance id>', metadata: '', rows: memoryRows },
  { title: 'Performance events', resourceId: '<instance id>', metadata: '', rows: perfRows },
  {
    title: 'Each disk',
    resourceId: '<instance id>-<device>',
    metadata: '`disk_name`: the device, `vda` for example',
    rows: [...diskDeviceRows, ...diskDeviceActivityRows],
  },
  {
    title: 'All disks together',
    resourceId: '<instance id>',
    metadata: '`device`: the list of devices',
    rows: [...diskTotalRows, ...diskTotalActivityRows],
  },
  {
    title: 'Each network card',
    resourceId: '<instance name>-<instance id>-<device>, or the name of the filter that guards the card',
    metadata:
      '`name` (the device, in place of the name of the guest), `mac`, `fref` (the filter or null), `parameters` (those of' +
      ' the filter; from 19.0.0 on with `interfaceid` and `bridge`) and `vnic_name` (the filter or the device)',
    rows: networkRows,
  },
];

/**
 * The pollsters of all meters as one version of Ceilometer has them, by family; their names are unique and the same at every
 * version. Meters that the version does not have are `byNameOnly`. Made anew by each call; their samples of one resource share
 * metadata all the same.
 */
export function pollstersFor(compat: Compat): readonly Pollster[] {
  return [
    ...[...cpuRows, powerStateRow].map((row) => createInstancePollster(row, compat)),
    ...createFlavorPollsters(compat),
    ...createMemoryPollsters(compat),
    ...createPerfPollsters(compat),
    ...createDiskDevicePollsters(compat),
    ...createDiskDeviceActivityPollsters(compat),
    ...createDiskTotalPollsters(compat),
    ...createDiskTotalActivityPollsters(compat),
    ...createNetworkPollsters(compat),
  ];
}

/** The names of all meters that a polling file can name, at any version. */
export const meterNames: readonly string[] = meterFamilies.flatMap(({ rows }) => rows.map(({ name }) => name));
