import { InspectionStatus, StatisticsGroup } from '@nephometer/inspector-api';
import type { InstanceResource, Pollster } from '@nephometer/plugin';
import { createSample } from '@nephometer/sample';
import type { Compat } from '@nephometer/sample';
import { meterOf, only2015, onlyHead, selectionOf } from './meter-row.ts';
import type { MeterRow } from './meter-row.ts';

interface FlavorRow extends MeterRow {
  readonly volume: (resource: InstanceResource) => number | undefined;
}

/** Meters that no statistics are read for; an instance that is off has them, too. */
export const flavorRows: readonly FlavorRow[] = [
  {
    name: 'instance',
    type: 'gauge',
    unit: 'instance',
    versions: only2015,
    description: 'Always 1: the guest exists, running or not.',
    volume: () => 1,
  },
  {
    name: 'disk.root.size',
    type: 'gauge',
    unit: 'GiB',
    versions: onlyHead,
    description: "Root disk by the guest's flavor, running or not: its disk less its ephemeral disk.",
    volume: (resource) => flavorSize(resource, 'root_gb'),
  },
  {
    name: 'disk.ephemeral.size',
    type: 'gauge',
    unit: 'GiB',
    versions: onlyHead,
    description: "Ephemeral disk by the guest's flavor, running or not.",
    volume: (resource) => flavorSize(resource, 'ephemeral_gb'),
  },
];

/** The pollsters of {@link flavorRows} at one version. */
export function createFlavorPollsters(compat: Compat): readonly Pollster[] {
  return flavorRows.map((row) => {
    const meter = meterOf(row);
    return {
      ...selectionOf(row, compat),
      // Not empty, because a call that names no group gets all of them; this one costs the host next to nothing.
      needs: [StatisticsGroup.STATE],
      samples(resource, { statistics, stamp }) {
        if (statistics.status === InspectionStatus.GONE) return [];
        const volume = row.volume(resource);
        return volume === undefined ? [] : [createSample({ meter, volume, resource, stamp })];
      },
    };
  });
}

/** A size that discovery took from the flavor. An instance without a flavor has zeros there, which say nothing. */
function flavorSize({ metadata }: InstanceResource, key: 'root_gb' | 'ephemeral_gb'): number | undefined {
  const size = metadata[key];
  return metadata['instance_type'] === null || typeof size !== 'number' ? undefined : size;
}
