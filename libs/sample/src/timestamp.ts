/**
 * A time as Ceilometer writes it: `YYYY-MM-DDTHH:MM:SS.ffffff`, UTC, no zone, the fraction left out when it is zero
 * (Python's `datetime.isoformat()`).
 *
 * @param epochMs milliseconds since 1970, with a fraction for microseconds
 */
export function formatTimestamp(epochMs: number): string {
  const epochUs = Math.round(epochMs * 1000);
  const seconds = Math.floor(epochUs / 1e6);
  const microseconds = epochUs - seconds * 1e6;
  const text = new Date(seconds * 1000).toISOString().slice(0, 19);
  return microseconds === 0 ? text : `${text}.${String(microseconds).padStart(6, '0')}`;
}
