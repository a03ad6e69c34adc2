import type { PipelineEvents } from '@nephometer/pipeline';
import type { Logger } from '@nephometer/service';

/**
 * Logs when a publisher begins to fail, when it works again and what was lost between, and when a queue overflows: changes,
 * not each batch.
 */
export function observePipeline(logger: Logger): PipelineEvents {
  /** Samples lost by each publisher that fails at present. */
  const failing = new Map<string, number>();
  return {
    publishFailed({ url, samples, error }) {
      const lostBefore = failing.get(url);
      failing.set(url, (lostBefore ?? 0) + samples);
      if (lostBefore !== undefined) return;
      const fields = { publisher: url, samples, err: error };
      logger.error(fields, 'publisher fails: its samples are dropped and counted until it works again');
    },
    delivered({ url }) {
      const lost = failing.get(url);
      if (lost === undefined) return;
      failing.delete(url);
      logger.info({ publisher: url, lost }, 'publisher works again');
    },
    transformFailed: ({ sink, transformer, failed, error }) =>
      logger.error({ sink, transformer, failed, err: error }, 'transformer fails: samples are missing behind it'),
    overflowing: ({ url, queueLimit }) =>
      logger.warn({ publisher: url, queueLimit }, 'queue of a publisher is full: the oldest samples are dropped'),
  };
}
