import {
  atEnd,
  atLastLineEnd,
  atNoWordBoundary,
  atStart,
  atWordBoundary,
  characterClasses,
  characterEscapes,
  dot,
} from './character-sets.ts';
import { badPattern, canBeEmpty } from './pattern.ts';
import type { Assertion, CharacterTest, Groups, Pattern } from './pattern.ts';

/** How deep groups may nest. */
const maxDepth = 30;

/** How often something may be repeated by `{m,n}`. */
const maxRepeats = 1_000;

/** Longest pattern, in characters. */
const maxLength = 1_000;

/** Where a parser stands. */
interface Reader {
  readonly source: string;
  at: number;
}

const assertions: Readonly<Record<string, Assertion>> = {
  A: atStart,
  Z: atEnd,
  b: atWordBoundary,
  B: atNoWordBoundary,
};

/**
 * Reads a regular expression in the syntax of Python's `re`: characters, `.`, classes, escapes, groups (`(...)`, `(?:...)`,
 * `(?P<name>...)`), `|`, the quantifiers `* + ? {m,n}` and their lazy forms, `^ $ \A \Z \b \B`. There are no back-references,
 * look-arounds, flags and possessive quantifiers, and nothing that can be empty is repeated.
 *
 * @throws PipelineError `bad_pattern` with the column, if Python refuses it too or if it needs what is not there
 */
export function parsePattern(source: string): { readonly pattern: Pattern; readonly groups: Groups } {
  if (source.length > maxLength) throw badPattern(maxLength, `the pattern has more than ${maxLength} characters`);
  const reader: Reader = { source, at: 0 };
  const names = new Map<string, number>();
  let count = 0;
  let depth = 0;

  function readChoice(): Pattern {
    const branches = [readSequence()];
    while (take(reader, '|')) branches.push(readSequence());
    const [only, ...others] = branches;
    return only !== undefined && others.length === 0 ? only : { kind: 'choice', branches };
  }

  function readSequence(): Pattern {
    const parts: Pattern[] = [];
    while (reader.at < source.length && !'|)'.includes(source.charAt(reader.at))) parts.push(readRepeated());
    return { kind: 'sequence', parts };
  }

  function readRepeated(): Pattern {
    const start = reader.at;
    const body = readAtom();
    const bounds = readQuantifier(reader);
    if (bounds === undefined) return body;
    if (body.kind === 'assertion') throw badPattern(start, 'there is nothing here that can be repeated');
    if (bounds.max > 1 && canBeEmpty(body)) {
      throw badPattern(start, 'what is repeated here can be empty; rewrite it so that it is at least one character');
    }
    if (readQuantifier(reader)) throw badPattern(reader.at - 1, 'a quantifier behind a quantifier; use parentheses');
    return { kind: 'repeat', body, ...bounds };
  }

  function readAtom(): Pattern {
    const start = reader.at;
    const character = takeCharacter(reader);
    switch (character) {
      case '(':
        return readGroup(start);
      case '[':
        return { kind: 'set', has: readClass(reader) };
      case '.':
        return { kind: 'set', has: dot };
      case '^':
        return { kind: 'assertion', holds: atStart };
      case '$':
        return { kind: 'assertion', holds: atLastLineEnd };
      case '*':
      case '+':
      case '?':
        throw badPattern(start, `there is nothing before "${character}" to repeat; write \\${character} for itself`);
      case '\\': {
        const assertion = assertions[source.charAt(reader.at)];
        if (assertion === undefined) return { kind: 'set', has: readEscape(reader) };
        reader.at += 1;
        return { kind: 'assertion', holds: assertion };
      }
      default:
        return { kind: 'set', has: isCharacter(character) };
    }
  }

  function readGroup(start: number): Pattern {
    let number: number | undefined;
    if (take(reader, '?P<')) {
      const name = /^[A-Za-z_]\w*(?=>)/.exec(source.slice(reader.at))?.[0];
      if (name === undefined) throw badPattern(reader.at, 'expected the name of a group and ">"');
      if (names.has(name)) throw badPattern(reader.at, `two groups are named "${name}"`);
      reader.at += name.length + 1;
      number = count += 1;
      names.set(name, number);
    } else if (!take(reader, '?:')) {
      if (source.startsWith('?', reader.at)) {
        throw badPattern(start, 'of the groups with "?" there are only (?:...) and (?P<name>...)');
      }
      number = count += 1;
    }
    depth += 1;
    if (depth > maxDepth) throw badPattern(start, `more than ${maxDepth} groups are nested`);
    const body = readChoice();
    depth -= 1;
    if (!take(reader, ')')) throw badPattern(start, 'the parenthesis is not closed');
    return number === undefined ? body : { kind: 'group', number, body };
  }

  const pattern = readChoice();
  if (reader.at < source.length) throw badPattern(reader.at, 'a closing parenthesis without one that opens');
  return { pattern, groups: { count, names } };
}

/** `undefined` if what follows is no quantifier; as in Python, a brace that begins none is a character. */
function readQuantifier(reader: Reader): { min: number; max: number; lazy: boolean } | undefined {
  const match = /^(?:[*+?]|\{(?:\d+(?:,\d*)?|,\d*)\})/.exec(reader.source.slice(reader.at));
  if (match === null) return undefined;
  const start = reader.at;
  reader.at += match[0].length;
  const { min, max } = boundsOf(match[0]);
  if (min > max) throw badPattern(start, `the least number of ${match[0]} is above the most`);
  if (min > maxRepeats || (max !== Infinity && max > maxRepeats)) {
    throw badPattern(start, `more than ${maxRepeats} repetitions`);
  }
  const lazy = take(reader, '?');
  if (take(reader, '+')) throw badPattern(reader.at - 1, 'possessive quantifiers are not possible; remove the "+"');
  return { min, max, lazy };
}

function boundsOf(quantifier: string): { readonly min: number; readonly max: number } {
  if (quantifier === '*') return { min: 0, max: Infinity };
  if (quantifier === '+') return { min: 1, max: Infinity };
  if (quantifier === '?') return { min: 0, max: 1 };
  const [min = '', max = min] = quantifier.slice(1, -1).split(',');
  return { min: Number(min), max: max === '' ? Infinity : Number(max) };
}

/** What stands between brackets, of which the first is behind us. */
function readClass(reader: Reader): CharacterTest {
  const start = reader.at - 1;
  const negated = take(reader, '^');
  const tests: CharacterTest[] = [];
  for (let first = true; first || !take(reader, ']'); first = false) {
    if (reader.at >= reader.source.length) throw badPattern(start, 'the bracket is not closed');
    const place = reader.at;
    const low = readClassMember(reader);
    const isRange = reader.source.startsWith('-', reader.at) && !reader.source.startsWith('-]', reader.at);
    if (!isRange) {
      tests.push(typeof low === 'string' ? isCharacter(low) : low);
      continue;
    }
    reader.at += 1;
    const high = readClassMember(reader);
    if (typeof low !== 'string' || typeof high !== 'string') throw badPattern(place, 'a class cannot bound a range');
    tests.push(isBetween(low, high, place));
  }
  const some: CharacterTest = (codePoint) => tests.some((test) => test(codePoint));
  return negated ? (codePoint) => !some(codePoint) : some;
}

/** A character, or a class such as `\d`. */
function readClassMember(reader: Reader): string | CharacterTest {
  const character = takeCharacter(reader);
  if (character !== '\\') return character;
  if (take(reader, 'b')) return '\b';
  return readEscaped(reader);
}

function readEscape(reader: Reader): CharacterTest {
  const escaped = readEscaped(reader);
  return typeof escaped === 'string' ? isCharacter(escaped) : escaped;
}

/** What stands behind a backslash. */
function readEscaped(reader: Reader): string | CharacterTest {
  const start = reader.at - 1;
  const digits = /^(?:x[\da-fA-F]{2}|u[\da-fA-F]{4})/.exec(reader.source.slice(reader.at))?.[0];
  if (digits !== undefined) {
    reader.at += digits.length;
    return String.fromCodePoint(parseInt(digits.slice(1), 16));
  }
  const letter = takeCharacter(reader);
  const known = characterClasses[letter] ?? characterEscapes[letter];
  if (known !== undefined) return known;
  if (/[1-9]/.test(letter)) throw badPattern(start, 'references to groups are not possible in the pattern');
  if (/[A-Za-z0]/.test(letter)) throw badPattern(start, `there is no escape \\${letter}`);
  if (letter === '') throw badPattern(start, 'a backslash at the end; write \\\\ for itself');
  return letter;
}

function isCharacter(character: string): CharacterTest {
  const wanted = character.codePointAt(0);
  return (codePoint) => codePoint === wanted;
}

function isBetween(low: string, high: string, place: number): CharacterTest {
  const [from, to] = [low.codePointAt(0) ?? 0, high.codePointAt(0) ?? -1];
  if (from > to) throw badPattern(place, `the range ${low}-${high} ends before it begins`);
  return (codePoint) => codePoint >= from && codePoint <= to;
}

/** The empty text at the end. */
function takeCharacter(reader: Reader): string {
  const codePoint = reader.source.codePointAt(reader.at);
  if (codePoint === undefined) return '';
  const character = String.fromCodePoint(codePoint);
  reader.at += character.length;
  return character;
}

function take(reader: Reader, text: string): boolean {
  if (!reader.source.startsWith(text, reader.at)) return false;
  reader.at += text.length;
  return true;
}
