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

/** Makes the devices of a resource once; they go when the resource goes, which never changes. */
export function oncePerResource(
  make: (resource: InstanceResource) => readonly MeteredDevice[],
): (resource: InstanceResource) => readonly MeteredDevice[] {
  const made = new WeakMap<InstanceResource, readonly MeteredDevice[]>();
  return (resource) => {
    let devices = made.get(resource);
    if (devices === undefined) made.set(resource, (devices = make(resource)));
    return devices;
  };
}

/** The statistics of a device; `undefined` if it was not read. An instance has few devices: looked for one by one. */
export function statisticsOf<T extends { readonly device: string }>(read: readonly T[], name: string): T | undefined {
  for (const statistics of read) {
    if (statistics.device === name) return statistics;
  }
  return undefined;
}
