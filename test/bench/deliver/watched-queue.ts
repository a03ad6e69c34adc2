import type { DurableQueue } from '@nephometer/durable-queue';

/** A queue of which one can tell when nothing is under way. */
export interface WatchedQueue {
  readonly queue: DurableQueue;
  /** Resolves when all commits that were begun, and those that follow from them, have ended. */
  readonly idle: () => Promise<void>;
}

/** The same queue, watched: what is delivered is taken off the disk after the delivery has called it delivered. */
export function watchQueue(queue: DurableQueue): WatchedQueue {
  const open = new Set<Promise<unknown>>();
  return {
    queue: {
      ...queue,
      commit(commit) {
        const done = queue.commit(commit);
        open.add(done);
        const end = (): void => void open.delete(done);
        done.then(end, end);
        return done;
      },
    },
    async idle() {
      // What follows from an end begins within the same turn of the event loop.
      do {
        await Promise.allSettled(open);
        await new Promise((resolve) => setImmediate(resolve));
      } while (open.size > 0);
    },
  };
}
