import type { PipelineEvents } from '@nephometer/pipeline';
import type { Logger } from '@nephometer/service';

/** Logs when a publisher begins to fail, each batch that is lost, and when a queue overflows. */
export function observePipeline(logger: Logger): PipelineEvents {
  return {
    publishFailed: ({ url, samples, error }) =>
      logger.error({ publisher: url, samples, err: error }, 'samples could not be published and are dropped'),
    overflowing: ({ url, queueLimit }) =>
      logger.warn({ publisher: url, queueLimit }, 'queue of a publisher is full: the oldest samples are dropped'),
  };
}
