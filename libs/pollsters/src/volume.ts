/**
 * A 64-bit counter as the volume of a sample: the one place where exactness ends. Above 2^53 the last digits go, as they
 * do in every store of float64; subtract before converting.
 */
export function toVolume(counter: bigint): number {
  return Number(counter);
}

/** KiB as MiB, with its fraction: a quotient of float64, never rounded. */
export function kibToMib(kib: bigint): number {
  return Number(kib) / 1024;
}

/** What a counter grew by, per second. */
export function perSecond(growth: bigint, elapsedMs: number): number {
  return (toVolume(growth) * 1000) / elapsedMs;
}
