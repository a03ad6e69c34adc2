import type { Discovery } from '@nephometer/plugin';
import type { DiscoveryOptions } from './discovery-options.ts';
import { createEndpoint } from './endpoint.ts';
import { createLocalInstances } from './local-instances.ts';
import { createLocalNode } from './local-node.ts';
import { createTenant } from './tenant.ts';

/** Makes a discovery for a registry. */
export type DiscoveryFactory = (options: DiscoveryOptions) => Discovery;

/** All discoveries of this package; their names are unique. */
export const discoveries: readonly DiscoveryFactory[] = [
  createLocalInstances,
  createLocalNode,
  createTenant,
  createEndpoint,
];
