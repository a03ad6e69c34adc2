import type { Discovery } from '@nephometer/plugin';
import { createLocalInstances } from './local-instances.ts';
import type { LocalInstancesOptions } from './local-instances.ts';

/** What any discovery of this package may want to know from the configuration. */
export type DiscoveryOptions = LocalInstancesOptions;

/** Makes a discovery for a registry. */
export type DiscoveryFactory = (options: DiscoveryOptions) => Discovery;

/** All discoveries of this package; their names are unique. */
export const discoveries: readonly DiscoveryFactory[] = [createLocalInstances];
