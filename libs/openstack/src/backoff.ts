import type { Clock } from '@nephometer/abortable';
import type { OpenstackError } from './openstack-error.ts';

/** The first pause after a failure, in milliseconds. */
const FIRST_PAUSE_MS = 5_000;
/** No pause of our own is longer, in milliseconds. */
const LONGEST_PAUSE_MS = 300_000;
/** What a service asks for is heeded up to here, in milliseconds. */
const LONGEST_RETRY_AFTER_MS = 600_000;

/** Leaves somebody in peace after failures: for longer each time, by a random part so that many do not come back at once. */
export interface Backoff {
  /** @throws the last error while the pause lasts: the same object, so that a report may tell that nothing is new */
  check(): void;
  /** Begins a pause, for at least as long as the error says; within a pause, failures of calls made before count for one. */
  failed(error: OpenstackError): void;
  succeeded(): void;
}

/** @param random from 0 to below 1: a pause lasts between half of its full length and all of it */
export function createBackoff(clock: Clock, random: () => number): Backoff {
  let failures = 0;
  let untilMs = -Infinity;
  let lastError: OpenstackError | undefined;

  return {
    check() {
      if (lastError !== undefined && clock.now() < untilMs) throw lastError;
    },
    failed(error) {
      // Thrown by check(): nothing has happened since.
      if (error === lastError) return;
      const nowMs = clock.now();
      const askedMs = Math.min(error.retryAfterMs ?? 0, LONGEST_RETRY_AFTER_MS);
      if (nowMs >= untilMs) {
        const fullMs = Math.min(FIRST_PAUSE_MS * 2 ** failures, LONGEST_PAUSE_MS);
        untilMs = nowMs + fullMs * (0.5 + random() / 2);
        failures += 1;
        lastError = error;
      }
      untilMs = Math.max(untilMs, nowMs + askedMs);
    },
    succeeded() {
      failures = 0;
      // A call made before the failure may end after it; it does not end the pause.
      if (clock.now() >= untilMs) lastError = undefined;
    },
  };
}
