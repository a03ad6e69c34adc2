import type { Duration } from './gen/google/protobuf/duration.ts';
import type { Timestamp } from './gen/google/protobuf/timestamp.ts';

/** Milliseconds since 1970 (fractions down to 1 ns kept as far as a double carries them) as a Timestamp. */
export function timestampFromMs(epochMs: number): Timestamp {
  return split(epochMs);
}

/** A Timestamp as milliseconds since 1970, with its fraction. */
export function timestampToMs(timestamp: Timestamp): number {
  return Number(timestamp.seconds) * 1000 + timestamp.nanos / 1e6;
}

/** Milliseconds, also negative ones and fractions, as a Duration. */
export function durationFromMs(ms: number): Duration {
  // A Duration's two parts must have the same sign, a Timestamp's nanos are never negative.
  if (ms >= 0) return split(ms);
  const { seconds, nanos } = split(-ms);
  return { seconds: -seconds, nanos: nanos === 0 ? 0 : -nanos };
}

/** A Duration as milliseconds, with its fraction. */
export function durationToMs(duration: Duration): number {
  return Number(duration.seconds) * 1000 + duration.nanos / 1e6;
}

function split(ms: number): { seconds: bigint; nanos: number } {
  const seconds = Math.floor(ms / 1000);
  const nanos = Math.round((ms - seconds * 1000) * 1e6);
  // Rounding may reach the next second.
  return nanos === 1e9 ? { seconds: BigInt(seconds + 1), nanos: 0 } : { seconds: BigInt(seconds), nanos };
}
