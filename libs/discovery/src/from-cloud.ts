import type { Cloud } from '@nephometer/openstack';
import type { Discovered, Discovery } from '@nephometer/plugin';
import { createKnownValue } from './openstack/known-value.ts';
import { notConfigured } from './openstack/not-configured.ts';
import type { OpenstackConfig } from '@nephometer/service-config';

/** A discovery of what is the same on every host. */
export interface FromCloudInput<T> {
  readonly name: string;
  /** Absent: there are no credentials, and every refresh says so. */
  readonly cloud: Cloud | undefined;
  readonly read: (cloud: Cloud, signal: AbortSignal) => Promise<T>;
  /** Makes resources of what was read last. */
  readonly discover: (value: T, parameter: string | null, settings: OpenstackConfig) => Discovered;
}

/** A discovery whose resources come from OpenStack alone. It finds nothing until it has been refreshed. */
export function fromCloud<T>({ name, cloud, read, discover }: FromCloudInput<T>): Discovery {
  const nothing: Discovered = { resources: [], skipped: [] };
  if (!cloud) return { name, discover: () => nothing, refresh: () => Promise.reject(notConfigured(name)) };
  const known = createKnownValue(cloud, read);
  return {
    name,
    discover(_inventory, parameter) {
      const value = known.current();
      return value === undefined ? nothing : discover(value, parameter, cloud.settings);
    },
    refresh: (host, signal) => known.refresh(host, signal),
    close: () => known.close(),
  };
}
