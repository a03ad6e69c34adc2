import type { DaemonEvent, LibvirtEvent } from './event.ts';

/** Between the socket, which does not wait, and one reader of events, who may be slow. */
export interface EventBuffer {
  push(event: DaemonEvent): void;
  /** No more events. What is buffered is still handed out, then `reason` is thrown, once; then the end is reached. */
  end(reason: unknown): void;
  /** Ends at once: what is buffered is forgotten, and a waiting reader gets `reason`, or the end if there is none. */
  cut(reason?: { readonly error: unknown }): void;
  next(): Promise<IteratorResult<LibvirtEvent, undefined>>;
}

type Waiter = PromiseWithResolvers<IteratorResult<LibvirtEvent, undefined>>;

/**
 * A buffer of at most `limit` events. When one more comes, all of them are dropped, and the reader gets an `overflow`
 * event that counts them, before anything newer: who has to look anew has no use for old news.
 */
export function createEventBuffer(limit: number): EventBuffer {
  const events: DaemonEvent[] = [];
  const waiters: Waiter[] = [];
  let dropped = 0;
  let ended = false;
  let failure: { readonly error: unknown } | undefined;

  const finishWaiters = (): void => {
    for (const waiter of waiters.splice(0)) {
      if (failure === undefined) waiter.resolve({ done: true, value: undefined });
      else waiter.reject(failure.error);
      failure = undefined;
    }
  };

  return {
    push: (event) => {
      if (ended) return;
      const waiter = waiters.shift();
      if (waiter !== undefined) {
        waiter.resolve({ done: false, value: event });
      } else if (events.length < limit) {
        events.push(event);
      } else {
        dropped += events.length + 1;
        events.length = 0;
      }
    },
    end: (reason) => {
      if (ended) return;
      ended = true;
      failure = { error: reason };
      finishWaiters();
    },
    cut: (reason) => {
      ended = true;
      events.length = 0;
      dropped = 0;
      failure = reason;
      finishWaiters();
    },
    next: async () => {
      if (dropped > 0) {
        const value = { type: 'overflow', dropped } as const;
        dropped = 0;
        return { done: false, value };
      }
      const event = events.shift();
      if (event !== undefined) return { done: false, value: event };
      if (failure !== undefined) {
        const { error } = failure;
        failure = undefined;
        throw error;
      }
      if (ended) return { done: true, value: undefined };
      const waiter: Waiter = Promise.withResolvers();
      waiters.push(waiter);
      return waiter.promise;
    },
  };
}
