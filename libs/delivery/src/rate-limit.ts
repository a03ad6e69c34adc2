import type { Clock } from '@nephometer/abortable';

/** Lets so many samples a second pass. */
export interface RateLimit {
  /** Resolves when so many more may pass; one caller at a time. Rejects with the signal's reason. */
  pass(samples: number, signal: AbortSignal): Promise<void>;
}

/** After a rest the samples of one second may pass at once. @param perSecond `Infinity` for no limit */
export function createRateLimit(perSecond: number, clock: Clock): RateLimit {
  let paidUntilMs = -Infinity;
  return {
    async pass(samples, signal) {
      if (perSecond === Infinity) return;
      const nowMs = clock.now();
      const startMs = Math.max(paidUntilMs, nowMs - 1000);
      paidUntilMs = startMs + (samples / perSecond) * 1000;
      if (startMs > nowMs) await clock.sleep(startMs - nowMs, signal);
    },
  };
}
