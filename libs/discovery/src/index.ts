export { discoveries } from './discoveries.ts';
export type { DiscoveryFactory } from './discoveries.ts';
export type { DiscoveryOptions } from './discovery-options.ts';
export { createLocalInstances } from './local-instances.ts';
export { createLocalNode } from './local-node.ts';
export { createTenant } from './tenant.ts';
export { createEndpoint } from './endpoint.ts';
export { defaultReservedMetadata } from './user-metadata.ts';
export type { ReservedMetadata } from './user-metadata.ts';
