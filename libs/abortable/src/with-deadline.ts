/** A deadline has passed. */
export class DeadlineError extends Error {
  override readonly name = 'DeadlineError';
  /** The time that was allowed, in milliseconds. */
  readonly deadlineMs: number;

  constructor(deadlineMs: number) {
    super(`not finished within ${deadlineMs} ms`);
    this.deadlineMs = deadlineMs;
  }
}

/**
 * Calls `fn` with a signal that aborts when `signal` does, or after `ms` milliseconds with a {@link DeadlineError}.
 *
 * Settles as `fn` does, so `fn` must heed its signal. Nothing stays attached to `signal` afterwards.
 */
export async function withDeadline<T>(
  signal: AbortSignal,
  ms: number,
  fn: (signal: AbortSignal) => Promise<T>,
): Promise<T> {
  signal.throwIfAborted();
  const controller = new AbortController();
  const forward = (): void => controller.abort(signal.reason);
  const timer = setTimeout(() => controller.abort(new DeadlineError(ms)), ms);
  signal.addEventListener('abort', forward, { once: true });
  try {
    return await fn(controller.signal);
  } finally {
    clearTimeout(timer);
    signal.removeEventListener('abort', forward);
  }
}
