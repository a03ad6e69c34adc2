/** How long a series stays of which there is one sample only: two and a half of Ceilometer's default interval. */
const firstTtlMs = 2.5 * 600_000;

/** How much longer than its interval a series stays. */
const patience = 2.5;

/** When a series was last seen, and how often it is. */
export interface Lifetime {
  /** Time of its newest sample, in milliseconds since 1970. */
  timestampMs: number;
  /** When that came, in milliseconds of a monotonic clock. */
  seenMs: number;
  /** Time between its last two samples; 0 if there were none. */
  intervalMs: number;
  /** The interval before. The longer one counts: two sources may take turns. */
  intervalBeforeMs: number;
}

/** The life of a series begins. */
export function beginLifetime(timestampMs: number, seenMs: number): Lifetime {
  return { timestampMs, seenMs, intervalMs: 0, intervalBeforeMs: 0 };
}

/** Notes another sample of a series; false, and nothing is noted, if it is older than the newest. */
export function continueLifetime(life: Lifetime, timestampMs: number, seenMs: number): boolean {
  const intervalMs = timestampMs - life.timestampMs;
  if (intervalMs < 0) return false;
  if (intervalMs > 0) {
    life.intervalBeforeMs = life.intervalMs;
    life.intervalMs = intervalMs;
  }
  life.timestampMs = timestampMs;
  life.seenMs = seenMs;
  return true;
}

/** How long a series stays without a sample, in milliseconds: `ttlMs` if given, otherwise by its own last intervals. */
export function timeToLive(life: Lifetime, ttlMs: number | undefined): number {
  if (ttlMs !== undefined) return ttlMs;
  const intervalMs = Math.max(life.intervalMs, life.intervalBeforeMs);
  return intervalMs === 0 ? firstTtlMs : intervalMs * patience;
}
