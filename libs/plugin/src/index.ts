export type { InstanceReading, InstanceResource, Pollster } from './pollster.ts';
export { PermanentPollsterError } from './permanent-pollster-error.ts';
export { isInstanceResource } from './discovery.ts';
export type { Discovered, Discovery, HostInventory, SkippedInstance } from './discovery.ts';
export type { Publisher, PublisherFactory, PublisherSettings } from './publisher.ts';
export type { ParameterProblem, Transformer, TransformerFactory } from './transformer.ts';
export { createRegistry, DuplicatePluginError } from './registry.ts';
export type { Registry } from './registry.ts';
