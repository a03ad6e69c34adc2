import type { InstanceResource } from '@nephometer/plugin';
import type { Metadata } from '@nephometer/sample';

/** A device of an instance that is metered on its own. Samples of one device share its metadata object. */
export interface MeteredDevice {
  /** Name in the statistics, for example "vda". */
  readonly name: string;
  /** `resource_id` of its samples. */
  readonly resourceId: string;
  /** `resource_metadata` of its samples: that of the instance, and over it what the device adds. */
  readonly metadata: Metadata;
}

/** Makes something of a resource once; it goes when the resource goes, which never changes. */
export function oncePerResource<Made extends object>(
  make: (resource: InstanceResource) => Made,
): (resource: InstanceResource) => Made {
  const made = new WeakMap<InstanceResource, Made>();
  return (resource) => {
    let one = made.get(resource);
    if (one === undefined) made.set(resource, (one = make(resource)));
    return one;
  };
}

/** The statistics of a device; `undefined` if it was not read. An instance has few devices: looked for one by one. */
export function statisticsOf<T extends { readonly device: string }>(read: readonly T[], name: string): T | undefined {
  for (const statistics of read) {
    if (statistics.device === name) return statistics;
  }
  return undefined;
}
