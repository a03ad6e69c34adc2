import { jsonText } from '@nephometer/sample';
import { numberText } from './python-text.ts';
import { isList, PythonFloat } from './python-value.ts';
import type { PythonValue } from './python-value.ts';

/** A value as `json.dumps` writes it: `", "`, `": "`, everything beyond ASCII as `\uXXXX`; `null` for what is not finite. */
export function pythonJson(value: PythonValue): string {
  if (typeof value === 'string') return jsonText(value);
  if (value === null) return 'null';
  if (typeof value === 'boolean') return String(value);
  if (typeof value === 'number') return Number.isFinite(value) ? numberText(value) : 'null';
  if (typeof value === 'bigint' || value instanceof PythonFloat) return numberText(value);
  if (isList(value)) return `[${value.map(pythonJson).join(', ')}]`;
  const pairs = Object.entries(value).map(([key, entry]) => `${jsonText(key)}: ${pythonJson(entry)}`);
  return `{${pairs.join(', ')}}`;
}

/**
 * JSON as `json.loads` reads it: `512.0` stays a `float`, an `int` keeps all its digits. The order of keys that are whole
 * numbers (`"1"`) is not kept: objects of JavaScript have those first.
 *
 * @throws what `JSON.parse` throws: `SyntaxError`, for Python's `NaN` and `Infinity` as well, and `RangeError` where it is nested
 * thousands deep
 */
export function parsePythonJson(text: string): PythonValue {
  return parseWithSource(text, (_key, value, { source }) => {
    if (typeof value !== 'number' || source === undefined) return value;
    if (/[.eE]/.test(source)) return Number.isInteger(value) ? new PythonFloat(value) : value;
    return Number.isSafeInteger(value) ? value : BigInt(source);
  }) as PythonValue;
}

type Reviver = (key: string, value: unknown, context: { readonly source?: string }) => unknown;

// The types of the language version we compile for lack the third argument, which every Node that runs this has.
const parseWithSource = JSON.parse as (text: string, reviver: Reviver) => unknown;
