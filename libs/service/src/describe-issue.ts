import type { z } from 'zod';
import { describeValue } from './describe-value.ts';
import { quote } from './quote.ts';
import { suggest } from './suggest.ts';

/** What zod calls the kinds of values, in words of a file's author. */
const kinds: Readonly<Record<string, string>> = {
  string: 'text',
  number: 'a number',
  int: 'a whole number',
  boolean: 'true or false',
  array: 'a list',
  object: 'a mapping (KEY: VALUE lines)',
  record: 'a mapping (KEY: VALUE lines)',
};

/**
 * An issue of zod as a sentence: what was expected, what stands there, what to do. `undefined` for the rare codes
 * that zod's own wording is good enough for.
 */
export function describeIssue(issue: z.core.$ZodRawIssue): string | undefined {
  switch (issue.code) {
    case 'invalid_type':
      return describeType(issue.expected, issue.input);
    case 'too_small':
      return describeBound('least', issue.origin, issue.minimum, issue.inclusive !== false, issue.input);
    case 'too_big':
      return describeBound('most', issue.origin, issue.maximum, issue.inclusive !== false, issue.input);
    case 'invalid_value':
      return describeChoice(issue.values.map(String), issue.input);
    case 'invalid_union':
      return `${describeValue(issue.input)} is none of the forms that are possible here`;
    default:
      return undefined;
  }
}

function describeType(expected: string, input: unknown): string {
  const kind = kinds[expected] ?? expected;
  if (input === undefined) return `missing; expected ${kind}`;
  const quotes = expected === 'string' && isUnquotedScalar(input) ? '; put it in quotes if it is meant as text' : '';
  const list = expected === 'array' && typeof input === 'string' ? `; write [${quote(input)}] for a list of one` : '';
  return `expected ${kind}, got ${describeValue(input)}${quotes}${list}`;
}

function describeBound(
  bound: 'least' | 'most',
  origin: string,
  limit: number | bigint,
  inclusive: boolean,
  input: unknown,
): string {
  const than = bound === 'least' ? 'more than' : 'less than';
  const amount = inclusive ? `at ${bound} ${limit}` : `${than} ${limit}`;
  if (origin === 'array') return `expected ${amount} ${limit === 1 ? 'entry' : 'entries'}`;
  if (origin === 'string')
    return limit === 1 && bound === 'least' ? 'expected text, got nothing' : `expected ${amount} characters`;
  return `expected ${amount}, got ${describeValue(input)}`;
}

function describeChoice(values: readonly string[], input: unknown): string {
  if (input === undefined) return `missing; expected one of ${values.join(', ')}`;
  const meant = typeof input === 'string' ? suggest(input, values) : undefined;
  const advice = meant === undefined ? '' : `; did you mean "${meant}"?`;
  return `expected one of ${values.join(', ')}, got ${describeValue(input)}${advice}`;
}

/** Scalars that YAML made of an unquoted word: `on`, `1.10`, `2024-01-01`. */
function isUnquotedScalar(value: unknown): boolean {
  return typeof value === 'number' || typeof value === 'boolean' || value instanceof Date;
}
