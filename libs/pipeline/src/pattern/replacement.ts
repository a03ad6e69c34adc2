import { characterEscapes } from './character-sets.ts';
import { badPattern } from './pattern.ts';
import type { Groups } from './pattern.ts';

/** A piece of a replacement: itself, or what a group matched. */
export type ReplacementPart = string | { readonly group: number };

/**
 * Reads a replacement in the syntax of Python's `re.sub`: `\1` to `\99`, `\g<1>`, `\g<name>`, `\g<0>` for the whole match,
 * `\\`, and the escapes of control characters. `$` and `&` mean nothing.
 *
 * @throws PipelineError `bad_pattern` with the column, also for a group that the pattern has not
 */
export function parseReplacement(source: string, { count, names }: Groups): readonly ReplacementPart[] {
  const parts: ReplacementPart[] = [];
  let at = 0;

  function groupOf(number: number, start: number): ReplacementPart {
    if (number <= count) return { group: number };
    const others = count === 0 ? 'nor any other' : `the last one is ${count}`;
    throw badPattern(start, `the pattern has no group ${number}, ${others}`);
  }

  function readEscape(start: number): ReplacementPart {
    if (/^[0-7]{3}/.test(source.slice(at))) throw badPattern(start, 'octal escapes are not possible');
    const digits = /^[1-9]\d?/.exec(source.slice(at))?.[0];
    if (digits !== undefined) {
      at += digits.length;
      return groupOf(Number(digits), start);
    }
    const letter = source.charAt(at);
    at += 1;
    if (letter === '\\') return letter;
    if (letter === 'g') return readNamedGroup(start);
    const character = characterEscapes[letter];
    if (character !== undefined) return character;
    if (letter === '') throw badPattern(start, 'a backslash at the end; write \\\\ for itself');
    if (/[A-Za-z0]/.test(letter)) throw badPattern(start, `there is no escape \\${letter}`);
    return `\\${letter}`;
  }

  function readNamedGroup(start: number): ReplacementPart {
    const name = /^<(\w+)>/.exec(source.slice(at))?.[1];
    if (name === undefined) throw badPattern(start, 'expected \\g<NAME> or \\g<NUMBER>');
    at += name.length + 2;
    if (/^\d+$/.test(name)) return groupOf(Number(name), start);
    const number = names.get(name);
    if (number === undefined) throw badPattern(start, `the pattern has no group named "${name}"`);
    return { group: number };
  }

  while (at < source.length) {
    const start = at;
    const plain = /^[^\\]+/.exec(source.slice(at))?.[0];
    at += plain?.length ?? 1;
    parts.push(plain ?? readEscape(start));
  }
  return parts;
}
