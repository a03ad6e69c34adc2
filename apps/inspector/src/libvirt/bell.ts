/** Wakes one waiting loop. A ring that nobody waits for is kept, once. */
export interface Bell {
  ring(): void;
  /** Resolves at the next ring, at once if one is kept; rejects with the signal's reason. One waiter at a time. */
  wait(signal: AbortSignal): Promise<void>;
}

/** A bell that has not rung. */
export function createBell(): Bell {
  let rung = false;
  let wake: (() => void) | undefined;
  return {
    ring() {
      rung = true;
      wake?.();
    },
    async wait(signal) {
      signal.throwIfAborted();
      if (!rung) {
        await new Promise<void>((resolve, reject) => {
          const aborted = (): void => reject(signal.reason as Error);
          signal.addEventListener('abort', aborted, { once: true });
          wake = () => {
            signal.removeEventListener('abort', aborted);
            resolve();
          };
        }).finally(() => (wake = undefined));
      }
      rung = false;
    },
  };
}
