export { isPollingConfig, parsePolling } from './polling-config.ts';
export type { PollingConfig, PollingSource } from './polling-config.ts';
export { isPipelineConfig, parsePipeline, pollingOf } from './pipeline-config.ts';
export type {
  PipelineConfig,
  PipelineOptions,
  PipelinePolling,
  PipelinePublisher,
  PipelineSink,
  PipelineSource,
  PipelineTransformer,
  TransformerPlace,
} from './pipeline-config.ts';
export { createMeterFilter, matchesMeter } from './meter-filter.ts';
export { createPollsterFilter, hasTransformers, isPassedOver } from './pollster-filter.ts';
export { parseDiscovery } from './discovery-url.ts';
export type { DiscoveryUrl } from './discovery-url.ts';
export { discoveryProblems, publisherProblems, transformerProblems } from './plugin-problems.ts';
export type { PublisherCheck } from './plugin-problems.ts';
export { unknownMeters } from './unknown-meters.ts';
export type { KnownMeters } from './unknown-meters.ts';
export { completeDelivery, deliveryOptionNames, splitDelivery } from './delivery-options.ts';
export type { SplitUrl } from './delivery-options.ts';
export { publisherName } from './publisher-name.ts';
