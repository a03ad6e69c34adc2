import type { InstanceStatistics, StatisticsGroup } from '@nephometer/inspector-api';
import type { InstanceResource, Pollster } from '@nephometer/plugin';
import { createSample } from '@nephometer/sample';
import type { Metadata, Meter } from '@nephometer/sample';
import { isMetered } from './metered.ts';

/** A meter with one value per instance: a row of a family's table. */
export interface InstanceMeter extends Meter {
  /** Groups of statistics that `volume` and `metadata` read. */
  readonly needs: readonly StatisticsGroup[];
  /** The value in `unit`; `undefined` if it was not read. */
  readonly volume: (statistics: InstanceStatistics) => number | undefined;
  /** Metadata of the sample, where it is not that of the resource. The same arguments must give the same object. */
  readonly metadata?: (resource: InstanceResource, statistics: InstanceStatistics) => Metadata;
}

/** The pollster of one row: one sample per metered instance whose value was read. */
export function createInstancePollster(meter: InstanceMeter): Pollster {
  return {
    name: meter.name,
    discovery: 'local_instances',
    needs: meter.needs,
    samples(resource, { statistics, stamp }) {
      if (!isMetered(statistics)) return [];
      const volume = meter.volume(statistics);
      if (volume === undefined) return [];
      const metadata = meter.metadata?.(resource, statistics) ?? resource.metadata;
      return [createSample({ meter, volume, resource, metadata, stamp })];
    },
  };
}
