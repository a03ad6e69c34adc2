import type { LibvirtError } from './error.ts';

/**
 * Runs `work` with a signal that aborts with `signal`'s reason or, after `timeoutMs`, with `late`. `signal` must not have
 * aborted yet, and has no listener of ours once the promise settles, which is when `work`'s does.
 */
export async function withLimit<T>(
  signal: AbortSignal | undefined,
  timeoutMs: number,
  late: LibvirtError,
  work: (limit: AbortSignal) => Promise<T>,
): Promise<T> {
  const controller = new AbortController();
  const abort = (): void => controller.abort(signal?.reason);
  signal?.addEventListener('abort', abort, { once: true });
  const timer = setTimeout(() => controller.abort(late), Math.min(timeoutMs, 0x7fffffff));
  try {
    return await work(controller.signal);
  } finally {
    clearTimeout(timer);
    signal?.removeEventListener('abort', abort);
  }
}
