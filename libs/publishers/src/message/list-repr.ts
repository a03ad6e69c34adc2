import { pythonRepr } from '../file/python-repr.ts';
import { compareCodePoints } from './code-point-order.ts';
import { pythonText } from './python-text.ts';
import { isList, PythonFloat } from './python-value.ts';
import type { PythonValue } from './python-value.ts';

/** A list as Python 3 shows it: `['a', 1.5, None]`. The keys of a `dict` in it are sorted. */
export function listRepr(list: readonly PythonValue[]): string {
  return repr(list, pythonRepr);
}

/** The same after its strings were encoded, so that it shows bytes: `[b'a', 1.5, None]`. */
export function encodedListRepr(list: readonly PythonValue[]): string {
  return repr(list, bytesRepr);
}

function repr(value: PythonValue, quote: (text: string) => string): string {
  if (typeof value === 'string') return quote(value);
  if (typeof value !== 'object' || value === null || value instanceof PythonFloat) return pythonText(value);
  if (isList(value)) return `[${value.map((entry) => repr(entry, quote)).join(', ')}]`;
  const pairs = Object.entries(value)
    .sort(([a], [b]) => compareCodePoints(a, b))
    .map(([key, entry]) => `${quote(key)}: ${repr(entry, quote)}`);
  return `{${pairs.join(', ')}}`;
}

const namedEscapes = new Map([
  ['\\', '\\\\'],
  ['\n', '\\n'],
  ['\r', '\\r'],
  ['\t', '\\t'],
]);

/** The UTF-8 of a text as `repr` writes `bytes`: in single quotes, unless the text has some and no double ones. */
export function bytesRepr(text: string): string {
  const quote = text.includes("'") && !text.includes('"') ? '"' : "'";
  // One character for each byte.
  const bytes = Buffer.from(text, 'utf8').toString('latin1');
  const escaped = bytes.replace(/[^ -~]|[\\'"]/g, (byte) => {
    if (byte === "'" || byte === '"') return byte === quote ? `\\${byte}` : byte;
    return namedEscapes.get(byte) ?? `\\x${byte.charCodeAt(0).toString(16).padStart(2, '0')}`;
  });
  return `b${quote}${escaped}${quote}`;
}
