import type { Instance, InventoryChange } from '@nephometer/inspector-api';
import { InspectorError } from './inspector-error.ts';

/** One change, as watchers hear it. */
export interface InventoryEvent {
  readonly change: InventoryChange;
  /** The instance after the change; for REMOVED as it last was; absent for SYNCED. */
  readonly instance: Instance | undefined;
  readonly atMs: number;
  /** Revision of the inventory after the change. */
  readonly revision: bigint;
}

/** A reader of changes with a bounded buffer. Iterate it once; leaving the loop ends it. */
export interface Watcher extends AsyncIterableIterator<InventoryEvent, undefined> {
  /** Adds a change. Past the capacity the watcher is ended and its reader gets `too-slow`. */
  push(event: InventoryEvent): void;
}

/** Settings of a watcher. */
export interface WatcherSettings {
  /** Events that are there from the start; they do not count towards the capacity. */
  readonly first: readonly InventoryEvent[];
  /** Changes that may wait. */
  readonly capacity: number;
  /** Called once when the watcher has ended, however it ended. */
  readonly onEnd: () => void;
  /** Called once if the reader was too slow, with what its iteration rejects with. */
  readonly onTooSlow: (error: InspectorError) => void;
  /** Ends the iteration with its reason. */
  readonly signal: AbortSignal;
}

interface Waiter {
  resolve(result: IteratorResult<InventoryEvent, undefined>): void;
  reject(error: unknown): void;
}

/** A watcher that is alive until it is left, aborted or too slow. */
export function createWatcher(settings: WatcherSettings): Watcher {
  const { capacity, signal } = settings;
  let first = signal.aborted ? [] : settings.first;
  let firstIndex = 0;
  let changes: InventoryEvent[] = [];
  let waiter: Waiter | undefined;
  let ended: { readonly error?: unknown } | undefined;

  const end = (how: { readonly error?: unknown }): void => {
    if (ended !== undefined) return;
    ended = how;
    signal.removeEventListener('abort', onAbort);
    first = [];
    changes = [];
    settings.onEnd();
    if (waiter === undefined) return;
    if ('error' in how) waiter.reject(how.error);
    else waiter.resolve({ done: true, value: undefined });
    waiter = undefined;
  };
  const onAbort = (): void => end({ error: signal.reason });
  if (signal.aborted) ended = { error: signal.reason };
  else signal.addEventListener('abort', onAbort);

  const take = (): InventoryEvent | undefined => (firstIndex < first.length ? first[firstIndex++] : changes.shift());

  return {
    push(event) {
      if (ended !== undefined) return;
      if (waiter !== undefined) {
        waiter.resolve({ done: false, value: event });
        waiter = undefined;
      } else if (changes.length < capacity) {
        changes.push(event);
      } else {
        const message = `The watcher has left ${capacity} changes of the inventory unread; watch anew and read faster`;
        const error = new InspectorError('too-slow', message);
        end({ error });
        settings.onTooSlow(error);
      }
    },
    async next() {
      const event = take();
      if (event !== undefined) return { done: false, value: event };
      if (ended !== undefined) {
        if ('error' in ended) throw ended.error;
        return { done: true, value: undefined };
      }
      return new Promise((resolve, reject) => (waiter = { resolve, reject }));
    },
    async return() {
      end({});
      return { done: true, value: undefined };
    },
    [Symbol.asyncIterator]() {
      return this;
    },
  };
}
