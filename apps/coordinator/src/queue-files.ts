import { listQueues, queuePath } from '@nephometer/delivery';
import { inspectQueue, startQueueWorker } from '@nephometer/durable-queue';
import type { DurableQueue } from '@nephometer/durable-queue';
import type { Logger } from '@nephometer/service';

/** The queues of this coordinator, a file for each publisher. */
export interface QueueFiles {
  /** Opens that of a publisher; says what was wrong if it had to be repaired. Rejects with a QueueError. */
  open(publisher: string, onRepair: () => void): Promise<DurableQueue>;
  /** Logs a warning for each file in which samples wait and that nobody has opened here. Never rejects. */
  reportForgotten(): Promise<void>;
  /** After the queues have been closed. Safe twice. */
  close(): Promise<void>;
}

/** Nothing is opened, and nothing is made, until there is a queue. */
export function createQueueFiles(stateDir: string, logger: Logger): QueueFiles {
  const worker = startQueueWorker();
  const opened = new Set<string>();
  return {
    async open(publisher, onRepair) {
      const path = queuePath(stateDir, publisher);
      opened.add(path);
      const queue = await worker.open(path, ({ state: _, ...report }) => {
        logger.error({ publisher, queue: path, ...report }, 'queue was damaged, and is repaired');
        onRepair();
      });
      const { repair, items, counts: __, ...state } = queue.opened;
      if (repair) {
        const { state: ___, ...report } = repair;
        logger.error({ publisher, queue: path, ...report }, 'queue was damaged, and is repaired');
      }
      if (items > 0) logger.info({ publisher, queue: path, samples: items, bytes: state.bytes }, 'samples wait');
      return queue;
    },
    async reportForgotten() {
      const paths = await listQueues(stateDir).catch((error: unknown) => {
        logger.error({ stateDir, err: error }, 'the queues of former publishers cannot be listed');
        return [];
      });
      for (const path of paths) {
        if (opened.has(path)) continue;
        const items = await inspectQueue(path).then(
          ({ state }) => state?.items ?? 0,
          () => 0,
        );
        if (items === 0) continue;
        const what =
          'samples wait here, but no publisher with this queue is configured: nephometer queue drain, replay or drop';
        logger.warn({ queue: path, samples: items }, what);
      }
    },
    close: () => worker.close(),
  };
}
