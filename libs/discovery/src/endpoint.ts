import { selectEndpoints } from '@nephometer/openstack';
import type { Endpoint } from '@nephometer/openstack';
import type { Discovery } from '@nephometer/plugin';
import type { DiscoveryOptions } from './discovery-options.ts';
import { fromCloud } from './from-cloud.ts';

/**
 * The discovery `endpoint`: the URLs of a service in the catalog, the same for every host. `endpoint:identity` means those of
 * type `identity`, `endpoint` alone those of all services; region and interface are those by which OpenStack is asked.
 */
export function createEndpoint({ cloud }: Pick<DiscoveryOptions, 'cloud'>): Discovery {
  return fromCloud<readonly Endpoint[]>({
    name: 'endpoint',
    cloud,
    read: (from, signal) => from.catalog(signal),
    discover: (catalog, type, { regionName: region, interface: which }) => {
      const urls = new Set(selectEndpoints(catalog, type, { region, interface: which }).map(({ url }) => url));
      const resources = [...urls].map((id) => ({ id, userId: null, projectId: null, metadata: {} }));
      if (urls.size > 0) return { resources, skipped: [] };
      const name = type ?? 'all services';
      return { resources, skipped: [{ id: name, name, reason: "Keystone's catalog has no endpoint of it" }] };
    },
  });
}
