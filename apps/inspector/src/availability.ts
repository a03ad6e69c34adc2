/** Whether the hypervisor can be asked. */
export type AvailabilityState =
  | {
      readonly available: true;
      /** What the hypervisor calls its host. */
      readonly hostname: string;
    }
  | { readonly available: false; readonly reason: string };

/** Whether the hypervisor can be asked, kept by its driver, heard by health checks and the service. */
export interface Availability {
  readonly current: AvailabilityState;
  /**
   * Resolves when it is known whether the hypervisor can be asked: at once, but for the time of the first try to connect.
   * Rejects with the reason of `signal`.
   */
  known(signal: AbortSignal): Promise<void>;
  /** Listeners hear only changes between available and not; another reason replaces the old one quietly. */
  set(state: AvailabilityState): void;
  /** Calls `listener` on each change, not for the present state. The returned function ends it and is safe twice. */
  subscribe(listener: (state: AvailabilityState) => void): () => void;
}

/** Starts as not available, because nobody has connected yet. */
export function createAvailability(): Availability {
  const listeners = new Set<(state: AvailabilityState) => void>();
  const waiting = new Set<() => void>();
  let current: AvailabilityState = { available: false, reason: 'not connected yet' };
  let isKnown = false;
  return {
    get current() {
      return current;
    },
    known: (signal) =>
      new Promise((resolve, reject) => {
        if (isKnown) return resolve();
        if (signal.aborted) return reject(signal.reason as Error);
        const settle = (): void => {
          waiting.delete(settle);
          signal.removeEventListener('abort', abort);
          resolve();
        };
        const abort = (): void => {
          waiting.delete(settle);
          reject(signal.reason as Error);
        };
        waiting.add(settle);
        signal.addEventListener('abort', abort, { once: true });
      }),
    set(state) {
      isKnown = true;
      for (const settle of [...waiting]) settle();
      const changed = state.available !== current.available;
      current = state;
      if (!changed) return;
      for (const listener of [...listeners]) listener(state);
    },
    subscribe(listener) {
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
  };
}
