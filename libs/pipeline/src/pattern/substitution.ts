import { PipelineError } from '../pipeline-error.ts';
import { compilePattern } from './compile-pattern.ts';
import { parsePattern } from './parse-pattern.ts';
import { parseReplacement } from './replacement.ts';
import { search } from './search.ts';

/** Longest text in which something is replaced, in characters: as long as a meter's name could be in Ceilometer's database. */
const maxText = 255;

/** Answers that are kept. There are as many as meters. */
const maxKept = 1_000;

/**
 * Python's `re.sub(pattern, replacement, text)`: every match, anywhere in the text, is replaced; a text without a match stays
 * as it is. The pattern comes from the operator's file, and no pattern can make it hang: see {@link search}.
 *
 * @returns the function of the text; it throws PipelineError `bad_sample` for one of more than 255 characters
 * @throws PipelineError `bad_pattern`
 */
export function createSubstitution(pattern: string, replacement: string): (text: string) => string {
  const { pattern: tree, groups } = parsePattern(pattern);
  const steps = compilePattern(tree);
  const parts = parseReplacement(replacement, groups);
  const kept = new Map<string, string>();

  function substitute(text: string): string {
    const characters = Array.from(text);
    if (characters.length > maxText) {
      throw new PipelineError('bad_sample', `"${text.slice(0, 40)}..." has more than ${maxText} characters`);
    }
    const codePoints = characters.map((character) => character.codePointAt(0) ?? 0);
    const slice = (from = 0, to = from): string => characters.slice(from, to).join('');
    let result = '';
    let end = 0;
    let mustAdvance = false;
    for (;;) {
      const slots = search(steps, codePoints, end, mustAdvance);
      const [matchStart, matchEnd] = slots ?? [];
      if (slots === undefined || matchStart === undefined || matchEnd === undefined)
        return result + slice(end, characters.length);
      result += slice(end, matchStart);
      for (const part of parts) {
        result += typeof part === 'string' ? part : slice(slots[part.group * 2], slots[part.group * 2 + 1]);
      }
      mustAdvance = matchEnd === matchStart;
      end = matchEnd;
    }
  }

  return (text) => {
    let result = kept.get(text);
    if (result === undefined) {
      result = substitute(text);
      if (kept.size === maxKept) kept.clear();
      kept.set(text, result);
    }
    return result;
  };
}
