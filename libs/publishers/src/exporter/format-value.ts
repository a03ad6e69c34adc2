import { pythonFloat } from '@nephometer/sample';

/** A value in the shortest digits that read back. */
export function formatValue(value: number): string {
  return Number.isFinite(value) ? String(value) : notFinite(value);
}

/**
 * A value as Python's client library for Prometheus writes it, on which Ceilometer's exporter is built: as a float in Python,
 * but from a million on with an exponent, as Go does; it puts a 0 before each exponent, whatever its length.
 */
export function formatPythonValue(value: number): string {
  if (!Number.isFinite(value)) return notFinite(value);
  const text = pythonFloat(value);
  const point = text.indexOf('.');
  if (value <= 0 || point <= 6) return text;
  const digits = `${text.slice(0, 1)}.${text.slice(1, point)}${text.slice(point + 1)}`.replace(/[0.]+$/, '');
  return `${digits}e+0${point - 1}`;
}

function notFinite(value: number): string {
  if (Number.isNaN(value)) return 'NaN';
  return value > 0 ? '+Inf' : '-Inf';
}
