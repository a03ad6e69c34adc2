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
} from './pipeline-config.ts';
export { createMeterFilter, matchesMeter } from './meter-filter.ts';
export { discoveryProblems, publisherProblems } from './plugin-problems.ts';
export { unknownMeters } from './unknown-meters.ts';
export type { KnownMeters } from './unknown-meters.ts';
