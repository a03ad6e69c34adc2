import type { Discovery } from '@nephometer/plugin';
import type { DiscoveryOptions } from './discovery-options.ts';

/** The discovery `local_node`: the host itself, under its name; in 2015 every host was called `local_host`. */
export function createLocalNode({ compat = 'head' }: Pick<DiscoveryOptions, 'compat'>): Discovery {
  return {
    name: 'local_node',
    discover: ({ host }) => ({
      resources: [{ id: compat === '2015' ? 'local_host' : host, userId: null, projectId: null, metadata: {} }],
      skipped: [],
    }),
  };
}
