const pattern = /^(\d{4}-\d\d-\d\d[T ]\d\d:\d\d:\d\d)(?:\.(\d+))?(Z|[+-]\d\d:?\d\d)?$/i;

/**
 * Reads times of samples, `YYYY-MM-DDTHH:MM:SS[.ffffff]` in UTC or with a zone, as microseconds since 1970: whole
 * numbers, exact. `undefined` for what is none from 1970 to 2255, where they end to be exact; nanoseconds would have no
 * place in their 64 bits soon after. Remembers the last one: all samples of one reading share theirs.
 */
export function createSampleMicroseconds(): (timestamp: string) => number | undefined {
  let lastText = '';
  let last: number | undefined;
  return (timestamp) => {
    if (timestamp !== lastText) {
      lastText = timestamp;
      last = parse(timestamp);
    }
    return last;
  };
}

function parse(timestamp: string): number | undefined {
  const [, seconds, fraction = '', zone = 'Z'] = pattern.exec(timestamp) ?? [];
  if (seconds === undefined) return undefined;
  const time = Date.parse(seconds + zone) * 1000 + Number(fraction.slice(0, 6).padEnd(6, '0'));
  return time >= 0 && time <= Number.MAX_SAFE_INTEGER ? time : undefined;
}
