import type { Assertion, CharacterTest } from './pattern.ts';

const isOf =
  (pattern: RegExp): CharacterTest =>
  (codePoint) =>
    pattern.test(String.fromCodePoint(codePoint));

const digit = isOf(/\p{Nd}/u);
const word = isOf(/[\p{L}\p{N}_]/u);
const space = isOf(/[\s\x1c-\x1f\x85]/u);

/** The classes of Python's `re` for text, by their letter. */
export const characterClasses: Readonly<Record<string, CharacterTest>> = {
  d: digit,
  D: (codePoint) => !digit(codePoint),
  w: word,
  W: (codePoint) => !word(codePoint),
  s: space,
  S: (codePoint) => !space(codePoint),
};

/** Everything but a line feed. */
export const dot: CharacterTest = (codePoint) => codePoint !== 10;

/** Escapes that stand for one character. */
export const characterEscapes: Readonly<Record<string, string>> = {
  a: '\x07',
  f: '\f',
  n: '\n',
  r: '\r',
  t: '\t',
  v: '\v',
};

export const atStart: Assertion = (_, at) => at === 0;
export const atEnd: Assertion = (text, at) => at === text.length;
/** Python's `$`: also before a line feed that is the last character. */
export const atLastLineEnd: Assertion = (text, at) => at === text.length || (at === text.length - 1 && text[at] === 10);
export const atWordBoundary: Assertion = (text, at) => isWordAt(text, at - 1) !== isWordAt(text, at);
// An empty text has no boundary, and until Python 3.14 it had none of the other kind either.
export const atNoWordBoundary: Assertion = (text, at) => text.length > 0 && !atWordBoundary(text, at);

function isWordAt(text: readonly number[], at: number): boolean {
  const codePoint = text[at];
  return codePoint !== undefined && word(codePoint);
}
