import type { Discovery } from '@nephometer/plugin';
import type { Resource } from '@nephometer/sample';
import type { DiscoveryOptions } from './discovery-options.ts';
import { fromCloud } from './from-cloud.ts';
import { listProjects } from './openstack/projects.ts';

/** The discovery `tenant`: the projects of the cloud, the same for every host. */
export function createTenant({ cloud }: Pick<DiscoveryOptions, 'cloud'>): Discovery {
  return fromCloud<readonly Resource[]>({
    name: 'tenant',
    cloud,
    read: listProjects,
    discover: (projects) => ({ resources: projects, skipped: [] }),
  });
}
