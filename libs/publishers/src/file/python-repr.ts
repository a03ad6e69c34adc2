import { pythonNumber } from '@nephometer/sample';

/**
 * A plain value as Python's `repr` writes it. A JavaScript number with no fraction is written as an `int`: it does not tell
 * whether Python had an `int` or a `float` (`512`, not `512.0`). Use `pythonFloat` where it is known.
 */
export function pythonRepr(value: unknown): string {
  if (value === null || value === undefined) return 'None';
  if (value === true) return 'True';
  if (value === false) return 'False';
  if (typeof value === 'string') return textRepr(value);
  if (typeof value === 'number') return pythonNumber(value);
  if (Array.isArray(value)) return `[${value.map(pythonRepr).join(', ')}]`;
  return `{${Object.entries(value)
    .map(([key, entry]) => `${textRepr(key)}: ${pythonRepr(entry)}`)
    .join(', ')}}`;
}

const namedEscapes = new Map([
  ['\\', '\\\\'],
  ['\n', '\\n'],
  ['\r', '\\r'],
  ['\t', '\\t'],
]);

// Most texts are ids and names; looking first is several times as fast as escaping always.
const needsNoEscape = /^[ -&(-[\]-~]*$/;

/** A text as `repr` writes it: in single quotes, unless it has some and no double ones. What cannot be printed is escaped. */
export function textRepr(text: string): string {
  if (needsNoEscape.test(text)) return `'${text}'`;
  const quote = text.includes("'") && !text.includes('"') ? '"' : "'";
  // All that Python does not call printable: other, separator, but for the space.
  const escaped = text.replace(/[\\'"]|(?! )[\p{C}\p{Z}]/gu, (character) => {
    if (character === "'" || character === '"') return character === quote ? `\\${character}` : character;
    return namedEscapes.get(character) ?? escapeCode(character.codePointAt(0) ?? 0);
  });
  return quote + escaped + quote;
}

function escapeCode(code: number): string {
  const digits = code.toString(16);
  if (code <= 0xff) return `\\x${digits.padStart(2, '0')}`;
  return code <= 0xffff ? `\\u${digits.padStart(4, '0')}` : `\\U${digits.padStart(8, '0')}`;
}
