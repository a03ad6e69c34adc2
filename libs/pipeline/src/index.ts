export { createPipeline } from './pipeline.ts';
export type { Pipeline, PipelineSettings, PipelineWays } from './pipeline.ts';
export type { Outlet } from './outlet.ts';
export type { PipelineEvents } from './pipeline-events.ts';
export type { Transformed } from './chain.ts';
export { createTransformerFactories, transformerFactories } from './transformers/transformer-factories.ts';
export type { ReportingTransformer, TransformerReport, TransformerSettings } from './transformers/factory.ts';
export { PipelineError } from './pipeline-error.ts';
export type { PipelineErrorCode } from './pipeline-error.ts';
