import type { PipelineEvents } from '@nephometer/pipeline';
import type { Logger } from '@nephometer/service';

/** Logs when a transformer fails, as often as the pipeline tells it. */
export function observePipeline(logger: Logger): PipelineEvents {
  return {
    transformFailed: ({ sink, transformer, failed, error }) =>
      logger.error({ sink, transformer, failed, err: error }, 'transformer fails: samples are missing behind it'),
  };
}
