export { createPipeline } from './pipeline.ts';
export type { Pipeline, PipelineSettings, PipelineWays, PublisherReport, PublishReport } from './pipeline.ts';
export type { PipelineEvents } from './pipeline-events.ts';
export type { Dropped, DropReason, Ledger } from './ledger.ts';
export type { Transformed } from './chain.ts';
export { createTransformerFactories, transformerFactories } from './transformers/transformer-factories.ts';
export type { ReportingTransformer, TransformerReport, TransformerSettings } from './transformers/factory.ts';
export { PipelineError } from './pipeline-error.ts';
export type { PipelineErrorCode } from './pipeline-error.ts';
