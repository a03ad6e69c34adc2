/**
 * Calls `fn` for each item, at most `limit` at once, in order of the items; resolves to the results in that order.
 *
 * Rejects with the first error, or with the signal's reason, once the calls under way have settled; no further item is
 * begun then, and their signal is aborted so that they can end early.
 */
export async function mapLimit<T, R>(
  items: readonly T[],
  limit: number,
  fn: (item: T, signal: AbortSignal) => Promise<R>,
  signal: AbortSignal,
): Promise<R[]> {
  signal.throwIfAborted();
  const controller = new AbortController();
  const forward = (): void => controller.abort(signal.reason);
  signal.addEventListener('abort', forward, { once: true });
  const results = new Array<R>(items.length);
  let next = 0;
  const work = async (): Promise<void> => {
    while (next < items.length) {
      controller.signal.throwIfAborted();
      const index = next++;
      results[index] = await fn(items[index] as T, controller.signal);
    }
  };
  const stopAll = (error: unknown): never => {
    controller.abort(error);
    throw error;
  };
  try {
    const workers = Array.from({ length: Math.min(limit, items.length) }, () => work().catch(stopAll));
    const outcomes = await Promise.allSettled(workers);
    if (outcomes.some(({ status }) => status === 'rejected')) throw controller.signal.reason;
    return results;
  } finally {
    signal.removeEventListener('abort', forward);
  }
}
