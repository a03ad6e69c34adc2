import { raceAbort } from '@nephometer/abortable';
import { OpenstackError } from './openstack-error.ts';

/**
 * Work that callers share: who asks for what is already under way waits for that. A caller that aborts stops waiting; the
 * work goes on for the others and for those to come, so what it has cost is not lost. It bounds its own time.
 */
export interface SharedWork {
  /** Begins the work of that key, or joins it. Rejects with the signal's reason, or as the work does. */
  run<T>(key: string, work: (signal: AbortSignal) => Promise<T>, signal: AbortSignal): Promise<T>;
  /** Aborts all work, and resolves when it has ended. Nothing begins afterwards. Safe twice. */
  close(): Promise<void>;
}

/** Shared work of one kind: equal keys stand for results of one type. */
export function createSharedWork(): SharedWork {
  const closing = new AbortController();
  const underWay = new Map<string, Promise<unknown>>();

  return {
    run<T>(key: string, work: (signal: AbortSignal) => Promise<T>, signal: AbortSignal): Promise<T> {
      const running = underWay.get(key) as Promise<T> | undefined;
      if (running) return raceAbort(running, signal);
      if (closing.signal.aborted) return Promise.reject(closing.signal.reason as OpenstackError);
      if (signal.aborted) return Promise.reject(signal.reason as Error);
      const begun = work(closing.signal).finally(() => underWay.delete(key));
      underWay.set(key, begun);
      return raceAbort(begun, signal);
    },
    async close() {
      closing.abort(new OpenstackError('closed', 'the OpenStack client has been closed'));
      await Promise.allSettled(underWay.values());
    },
  };
}
