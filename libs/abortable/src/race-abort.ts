/**
 * Settles as `promise` does, or rejects with the signal's reason if that comes first; what `promise` does then goes unheard.
 * For promises that cannot be aborted themselves. Nothing stays attached to `signal` afterwards.
 */
export function raceAbort<T>(promise: Promise<T>, signal: AbortSignal): Promise<T> {
  return new Promise((resolve, reject) => {
    const abort = (): void => reject(signal.reason as Error);
    if (signal.aborted) {
      // A rejection that nobody waits for any more must not end the process.
      promise.catch(() => undefined);
      abort();
      return;
    }
    signal.addEventListener('abort', abort, { once: true });
    promise.then(resolve, reject).finally(() => signal.removeEventListener('abort', abort));
  });
}
