import type { Clock } from '@nephometer/abortable';

/** A clock for tests: it stands still, and who sleeps moves it on at once. */
export interface HandClock extends Clock {
  nowMs: number;
}

/** Begins at a time long past, which nothing real has. */
export function createHandClock(): HandClock {
  const clock: HandClock = {
    nowMs: Date.UTC(2020, 0, 1),
    now: () => clock.nowMs,
    async sleep(ms, signal) {
      signal.throwIfAborted();
      clock.nowMs += Math.max(0, ms);
    },
  };
  return clock;
}
