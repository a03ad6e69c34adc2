/**
 * A number as Python's `repr`, `str` and `json.dumps` write a `float`: the shortest digits that read back, always with a point
 * or an exponent. NaN and the infinities as `repr` writes them.
 */
export function pythonFloat(value: number): string {
  if (Number.isNaN(value)) return 'nan';
  if (!Number.isFinite(value)) return value > 0 ? 'inf' : '-inf';
  if (value === 0) return Object.is(value, -0) ? '-0.0' : '0.0';
  const size = Math.abs(value);
  if (size >= 1e16 || size < 1e-4) {
    return value.toExponential().replace(/(?<=e[+-])\d$/, '0$&');
  }
  return Number.isInteger(value) ? `${value}.0` : String(value);
}

/** A number as Python writes it if one without a fraction is an `int` there, which never has an exponent. */
export function pythonNumber(value: number): string {
  // `String` has an exponent from 1e21 on.
  if (Number.isSafeInteger(value)) return String(value);
  return Number.isInteger(value) ? BigInt(value).toString() : pythonFloat(value);
}

/** The volume of a sample as Python writes it: a whole number without a point only if it is an `int` there. */
export function pythonVolume({ volume, isFloat }: { readonly volume: number; readonly isFloat: boolean }): string {
  return isFloat ? pythonFloat(volume) : pythonNumber(volume);
}
