export { createPipeline } from './pipeline.ts';
export type { Pipeline, PipelineSettings, PublisherReport, PublishReport } from './pipeline.ts';
export type { PipelineEvents } from './channel.ts';
export type { Dropped, DropReason, Ledger } from './ledger.ts';
export { PipelineError } from './pipeline-error.ts';
export type { PipelineErrorCode } from './pipeline-error.ts';
