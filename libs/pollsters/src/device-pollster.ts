import type { StatisticsGroup } from '@nephometer/inspector-api';
import type { InstanceReading, InstanceResource, Pollster } from '@nephometer/plugin';
import { createSample } from '@nephometer/sample';
import type { Compat, Sample } from '@nephometer/sample';
import type { MeteredDevice } from './device.ts';
import { meterOf, selectionOf } from './meter-row.ts';
import type { MeterRow } from './meter-row.ts';
import { isMetered, previousIfMetered } from './metered.ts';

/** What makes a pollster for the devices of one kind, see {@link createDevicePollster}. */
export interface DevicePollsterInput<Device extends MeteredDevice> {
  /** As it is at `compat`. */
  readonly row: MeterRow;
  readonly compat: Compat;
  readonly needs: readonly StatisticsGroup[];
  readonly devicesOf: (resource: InstanceResource) => readonly Device[];
  /** The value in the row's unit; `undefined` if it was not read or two readings do not tell it. */
  readonly volume: (
    device: Device,
    reading: InstanceReading,
    previous: InstanceReading | undefined,
  ) => number | undefined;
}

/** The pollster of a meter of devices: one sample per device whose value is known, none of which costs another one its own. */
export function createDevicePollster<Device extends MeteredDevice>(input: DevicePollsterInput<Device>): Pollster {
  const { row, compat, needs, devicesOf, volume: volumeOf } = input;
  const meter = meterOf(row);
  return {
    ...selectionOf(row, compat),
    needs,
    samples(resource, reading, previous) {
      const samples: Sample[] = [];
      if (!isMetered(reading.statistics)) return samples;
      const before = previousIfMetered(previous);
      for (const device of devicesOf(resource)) {
        const volume = volumeOf(device, reading, before);
        if (volume === undefined) continue;
        const { resourceId, metadata } = device;
        samples.push(createSample({ meter, volume, resource, resourceId, metadata, stamp: reading.stamp }));
      }
      return samples;
    },
  };
}
