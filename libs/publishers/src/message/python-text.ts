import { pythonFloat, pythonNumber } from '@nephometer/sample';
import { PythonFloat } from './python-value.ts';

/** A value that is neither a list nor a `dict`, as Python's `str` writes it. */
export function pythonText(value: string | number | bigint | boolean | null | PythonFloat): string {
  if (typeof value === 'string') return value;
  if (typeof value === 'boolean') return value ? 'True' : 'False';
  return value === null ? 'None' : numberText(value);
}

/** The digits of a number, which `str`, `repr` and `json.dumps` write alike. */
export function numberText(value: number | bigint | PythonFloat): string {
  if (value instanceof PythonFloat) return pythonFloat(value.value);
  return typeof value === 'bigint' ? String(value) : pythonNumber(value);
}
