import {
  NOT_RESOLVED,
  YAML11_SCHEMA,
  boolYaml11Tag,
  floatYaml11Tag,
  intYaml11Tag,
  nullYaml11Tag,
  timestampTag,
} from 'js-yaml';
import type { ScalarTagDefinition, Schema } from 'js-yaml';
import { constructYaml11Float, constructYaml11Int, isYaml11Float, isYaml11Int } from './yaml11-number.ts';
import { constructYaml11Timestamp, isYaml11Timestamp } from './yaml11-timestamp.ts';

/** Scalars of one tag: which plain texts take it by themselves, and what a text with the tag stands for. */
interface ScalarKind<T> {
  readonly name: string;
  readonly isPlain: (text: string) => boolean;
  /** `undefined` where PyYAML raises. */
  readonly construct: (text: string) => T | undefined;
}

/** No `y` and `n`: the specification has them, PyYAML leaves them text. */
const booleans: ReadonlyMap<string, boolean> = new Map([
  ['yes', true],
  ['true', true],
  ['on', true],
  ['no', false],
  ['false', false],
  ['off', false],
]);

const bool: ScalarKind<boolean> = {
  name: 'boolean',
  isPlain: (text) => /^(?:[a-z]+|[A-Z][a-z]+|[A-Z]+)$/.test(text) && booleans.has(text.toLowerCase()),
  construct: (text) => booleans.get(text.toLowerCase()),
};
const int: ScalarKind<number> = { name: 'number', isPlain: isYaml11Int, construct: constructYaml11Int };
const float: ScalarKind<number> = { name: 'number', isPlain: isYaml11Float, construct: constructYaml11Float };
const timestamp: ScalarKind<Date> = {
  name: 'date',
  isPlain: isYaml11Timestamp,
  construct: constructYaml11Timestamp,
};

/**
 * YAML 1.1 as PyYAML reads it: js-yaml's schema follows the specification where PyYAML does not. Integers are rounded to
 * float64, timestamps cut to milliseconds, and a date is its midnight in UTC; nothing else differs between scalars.
 */
export const yaml11Schema: Schema = YAML11_SCHEMA.withTags(
  // PyYAML does not look at what `!!null` stands before.
  {
    ...nullYaml11Tag,
    resolve: (text, isExplicit, tag) => (isExplicit ? null : nullYaml11Tag.resolve(text, false, tag)),
  },
  adapt(boolYaml11Tag, bool),
  adapt(intYaml11Tag, int),
  adapt(floatYaml11Tag, float),
  adapt(timestampTag, timestamp),
);

function adapt<T>(tag: ScalarTagDefinition<T>, { isPlain, construct }: ScalarKind<T>): ScalarTagDefinition<T> {
  return {
    ...tag,
    resolve: (text, isExplicit) => (isExplicit || isPlain(text) ? (construct(text) ?? NOT_RESOLVED) : NOT_RESOLVED),
  };
}

/**
 * Why PyYAML refuses a whole file for this plain scalar, although it is correct YAML; `undefined` for all others. Read as
 * text it would mean something here and nothing there.
 *
 * @param role `<<` and `=` are fine as keys: they merge, and mean themselves
 */
export function refuseYaml11Scalar(text: string, role: 'key' | 'value'): string | undefined {
  if (role === 'value' && (text === '<<' || text === '=')) {
    return `${text} has a meaning of its own in YAML 1.1 and cannot be a value; put it in quotes`;
  }
  const kind = [int, float, timestamp].find(({ isPlain, construct }) => isPlain(text) && construct(text) === undefined);
  if (kind === undefined) return undefined;
  return `${text} has the form of a ${kind.name} but is none; correct it, or put it in quotes if it is meant as text`;
}
