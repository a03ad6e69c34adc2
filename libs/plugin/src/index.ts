export type { InstanceReading, InstanceResource, Pollster } from './pollster.ts';
export type { Discovered, Discovery, HostInventory, SkippedInstance } from './discovery.ts';
export type { Publisher, PublisherFactory, PublisherSettings } from './publisher.ts';
export { createRegistry, DuplicatePluginError } from './registry.ts';
export type { Registry } from './registry.ts';
