/** A day, in microseconds. */
export const dayUs = 86_400_000_000;

/**
 * Until when a resource counts as used that has a sample of this time, in microseconds since 1970: to the end of the next day, so
 * that it is noted once a day. A resource may go when everything from before that has gone.
 */
export function usedUntil(timeUs: number): number {
  return (Math.floor(timeUs / dayUs) + 2) * dayUs;
}
