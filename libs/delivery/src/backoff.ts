import type { DeliveryOptions } from '@nephometer/plugin';

/** How long to wait before a batch is sent again. */
export interface Backoff {
  /** The wait after one more failure, in ms; at least as long as the target asked for. */
  next(retryAfterMs: number | undefined): number;
  succeeded(): void;
}

/** What a target asks for is heeded up to here, in ms. */
const LONGEST_RETRY_AFTER_MS = 3_600_000;

/** @param random from 0 to below 1: a wait lasts between half of its full length and all of it, so that many do not come at once */
export function createBackoff(
  { retryDelayMs, retryMaxDelayMs }: Pick<DeliveryOptions, 'retryDelayMs' | 'retryMaxDelayMs'>,
  random: () => number,
): Backoff {
  let failures = 0;
  return {
    next(retryAfterMs = 0) {
      const fullMs = Math.min(retryMaxDelayMs, retryDelayMs * 2 ** failures);
      // Beyond this it would change nothing but overflow in the end.
      failures = Math.min(failures + 1, 40);
      return Math.max(fullMs * (0.5 + random() / 2), Math.min(retryAfterMs, LONGEST_RETRY_AFTER_MS));
    },
    succeeded() {
      failures = 0;
    },
  };
}
