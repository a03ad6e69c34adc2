export { discoveries } from './discoveries.ts';
export type { DiscoveryFactory, DiscoveryOptions } from './discoveries.ts';
export { createLocalInstances } from './local-instances.ts';
export type { LocalInstancesOptions } from './local-instances.ts';
