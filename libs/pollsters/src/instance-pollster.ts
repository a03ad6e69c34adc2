import type { StatisticsGroup } from '@nephometer/inspector-api';
import type { InstanceReading, InstanceResource, Pollster } from '@nephometer/plugin';
import { createSample } from '@nephometer/sample';
import type { Compat, Metadata } from '@nephometer/sample';
import { meterOf, rowAt, selectionOf } from './meter-row.ts';
import type { MeterRow, Versioned } from './meter-row.ts';
import { isMetered, previousIfMetered } from './metered.ts';

/** A meter with one value per instance: a row of a family's table. */
export interface InstanceRow extends MeterRow {
  /** Groups of statistics that `volume` and `metadata` read. */
  readonly needs: readonly StatisticsGroup[];
  /** The value in `unit`; `undefined` if it was not read or two readings do not tell it. */
  readonly volume: (
    reading: InstanceReading,
    resource: InstanceResource,
    previous: InstanceReading | undefined,
  ) => number | undefined;
  /** Metadata of the sample, where it is not that of the resource. The same arguments must give the same object. */
  readonly metadata?: (resource: InstanceResource, reading: InstanceReading) => Metadata;
}

/** The pollster of one row: one sample per metered instance whose value is known. */
export function createInstancePollster(versioned: Versioned<InstanceRow>, compat: Compat): Pollster {
  const row = rowAt(versioned, compat);
  const meter = meterOf(row);
  return {
    ...selectionOf(row, compat),
    needs: row.needs,
    samples(resource, reading, previous) {
      if (!isMetered(reading.statistics)) return [];
      const volume = row.volume(reading, resource, previousIfMetered(previous));
      if (volume === undefined) return [];
      const metadata = row.metadata?.(resource, reading) ?? resource.metadata;
      return [createSample({ meter, volume, resource, metadata, stamp: reading.stamp })];
    },
  };
}
