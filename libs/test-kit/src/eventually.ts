import { setTimeout as sleep } from 'node:timers/promises';

/** Generous: it is only ever waited for by a test that is about to fail. */
const DEADLINE_MS = 60_000;
const RETRY_MS = 20;

/**
 * Calls `attempt` until it no longer throws, and gives its result. For effects of other processes, which arrive when
 * they like; what our own code does can be awaited.
 *
 * @throws what the last attempt threw, once a minute is over; an Error when an attempt is still waiting then; the abort
 *   reason of `signal`.
 */
export async function eventually<T>(attempt: () => T | Promise<T>, signal?: AbortSignal): Promise<T> {
  signal?.throwIfAborted();
  const over = Promise.withResolvers<never>();
  let last: unknown = new Error(`an attempt is still waiting after ${DEADLINE_MS / 1000} s`);
  let ended = false;
  const end = (reason: unknown): void => {
    ended = true;
    over.reject(reason);
  };
  const timer = setTimeout(() => {
    end(last);
  }, DEADLINE_MS);
  const onAbort = (): void => {
    end(signal?.reason);
  };
  signal?.addEventListener('abort', onAbort, { once: true });

  const tryOn = async (): Promise<T> => {
    while (!ended) {
      try {
        return await attempt();
      } catch (error) {
        last = error;
      }
      await sleep(RETRY_MS);
    }
    return over.promise;
  };
  try {
    return await Promise.race([over.promise, tryOn()]);
  } finally {
    ended = true;
    clearTimeout(timer);
    signal?.removeEventListener('abort', onAbort);
  }
}
