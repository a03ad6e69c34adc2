import { raceAbort } from '@nephometer/abortable';

/**
 * Calls `work` with a signal that aborts with `signal`, or with `over` when the connection it needs is lost; settles as
 * `work` does, or with the reason of the first of the two. Nothing stays attached to either.
 */
export async function whileConnected<T>(
  over: AbortSignal,
  signal: AbortSignal,
  work: (signal: AbortSignal) => Promise<T>,
): Promise<T> {
  signal.throwIfAborted();
  over.throwIfAborted();
  const controller = new AbortController();
  const leave = (): void => controller.abort(signal.reason);
  const lose = (): void => controller.abort(over.reason);
  signal.addEventListener('abort', leave, { once: true });
  over.addEventListener('abort', lose, { once: true });
  try {
    // Work that is stuck in a daemon that hangs must not keep its caller.
    return await raceAbort(work(controller.signal), controller.signal);
  } finally {
    signal.removeEventListener('abort', leave);
    over.removeEventListener('abort', lose);
  }
}
