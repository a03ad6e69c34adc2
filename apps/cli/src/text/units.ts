const BINARY_UNITS = ['B', 'KiB', 'MiB', 'GiB', 'TiB', 'PiB', 'EiB'];
const DECIMAL_UNITS = ['', 'k', 'M', 'G', 'T'];

/** Bytes for a person, with three digits: `512 B`, `1.50 KiB`, `23.4 GiB`. */
export function formatBytes(bytes: number | bigint): string {
  let value = Number(bytes);
  let unit = 0;
  // 1023.5 would be written as 1024.
  while (Math.abs(value) >= 1023.5 && unit < BINARY_UNITS.length - 1) {
    value /= 1024;
    unit += 1;
  }
  return `${unit === 0 ? Math.round(value) : threeDigits(value)} ${BINARY_UNITS[unit]}`;
}

/** A count for a person: `950`, `12.3 k`, `4.56 M`. */
export function formatCount(count: number | bigint): string {
  let value = Number(count);
  let unit = 0;
  while (Math.abs(value) >= 999.5 && unit < DECIMAL_UNITS.length - 1) {
    value /= 1000;
    unit += 1;
  }
  if (unit === 0) return Number.isInteger(value) ? String(value) : threeDigits(value);
  return `${threeDigits(value)} ${DECIMAL_UNITS[unit]}`;
}

/** A span of time for a person, from nanoseconds: `0 s`, `850 ns`, `1.50 ms`, `59.9 s`, `4m 05s`, `3h 07m`, `12d 04h`. */
export function formatNanoseconds(ns: number | bigint): string {
  const value = Number(ns);
  if (value === 0) return '0 s';
  if (value < 999.5) return `${Math.round(value)} ns`;
  if (value < 999.5e3) return `${threeDigits(value / 1e3)} µs`;
  if (value < 999.5e6) return `${threeDigits(value / 1e6)} ms`;
  if (value < 59.95e9) return `${threeDigits(value / 1e9)} s`;
  const seconds = Math.round(value / 1e9);
  if (seconds < 3600) return twoParts(seconds, 60, 'm', 1, 's');
  if (seconds < 86_400) return twoParts(seconds, 3600, 'h', 60, 'm');
  return twoParts(seconds, 86_400, 'd', 3600, 'h');
}

/** A share for a person: `0.0`, `12.3`, `100`. */
export function formatPercent(percent: number): string {
  return percent < 99.95 ? percent.toFixed(1) : String(Math.round(percent));
}

function twoParts(seconds: number, large: number, largeName: string, small: number, smallName: string): string {
  const rest = Math.floor((seconds % large) / small);
  return `${Math.floor(seconds / large)}${largeName} ${String(rest).padStart(2, '0')}${smallName}`;
}

function threeDigits(value: number): string {
  const size = Math.abs(value);
  return value.toFixed(size < 9.995 ? 2 : size < 99.95 ? 1 : 0);
}
