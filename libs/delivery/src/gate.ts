import { raceAbort } from '@nephometer/abortable';

/** Something that waits for a condition, and something that says when to look again. */
export interface Gate {
  /** Resolves when `isOpen` holds; looks at once, and each time it is told to. Rejects with the signal's reason. */
  until(isOpen: () => boolean, signal: AbortSignal): Promise<void>;
  /** Lets all who wait look again. */
  look(): void;
}

/** Nobody waits at first. */
export function createGate(): Gate {
  let next = Promise.withResolvers<void>();
  return {
    async until(isOpen, signal) {
      signal.throwIfAborted();
      while (!isOpen()) await raceAbort(next.promise, signal);
    },
    look() {
      const told = next;
      next = Promise.withResolvers<void>();
      told.resolve();
    },
  };
}
