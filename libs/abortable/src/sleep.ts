// setTimeout takes at most 2^31 - 1 ms and fires at once above that.
const LONGEST_TIMER_MS = 2 ** 31 - 1;

/**
 * Resolves after `ms` milliseconds (at once if negative or zero, however long if large).
 *
 * Rejects with the signal's reason when it aborts first; the timer is gone by then.
 */
export function sleep(ms: number, signal: AbortSignal): Promise<void> {
  return new Promise((resolve, reject) => {
    if (signal.aborted) {
      reject(signal.reason as Error);
      return;
    }
    let remainingMs = Math.max(0, ms);
    let timer: NodeJS.Timeout;
    const arm = (): void => {
      const stepMs = Math.min(remainingMs, LONGEST_TIMER_MS);
      remainingMs -= stepMs;
      timer = setTimeout(remainingMs > 0 ? arm : finish, stepMs);
    };
    const finish = (): void => {
      signal.removeEventListener('abort', abort);
      resolve();
    };
    const abort = (): void => {
      clearTimeout(timer);
      reject(signal.reason as Error);
    };
    signal.addEventListener('abort', abort, { once: true });
    arm();
  });
}
