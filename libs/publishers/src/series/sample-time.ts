/**
 * Reads times of samples, `YYYY-MM-DDTHH:MM:SS[.ffffff]` in UTC or with a zone, as milliseconds since 1970; NaN for what is
 * none. Remembers the last one: all samples of one reading share theirs.
 */
export function createSampleTime(): (timestamp: string) => number {
  let lastText = '';
  let lastMs = NaN;
  return (timestamp) => {
    if (timestamp !== lastText) {
      lastText = timestamp;
      // Without a zone JavaScript takes local time.
      lastMs = Date.parse(/(Z|[+-]\d\d:?\d\d)$/i.test(timestamp) ? timestamp : `${timestamp}Z`);
    }
    return lastMs;
  };
}
