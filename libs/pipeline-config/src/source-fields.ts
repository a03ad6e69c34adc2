import { describeValue } from '@nephometer/service';
import { z } from 'zod';
import { isLeftEmpty } from './is-left-empty.ts';
import { nameOf, showName } from './names.ts';

/** The parts of a source that both files have. What Ceilometer says comes first, what to do about it after. */

/** The longest delay that a timer of Node takes, in ms: about 24 days. */
const maxIntervalMs = 2 ** 31 - 1;

/** Reports a problem, at `path` from the field on. */
type Refuse = (message: string, path?: readonly (string | number)[]) => typeof z.NEVER;

/** A field that is read by a function of its own; a key that is absent gives it `undefined`. */
export function field<T>(read: (value: unknown, refuse: Refuse) => T): z.ZodType<T> {
  return z
    .unknown()
    .optional()
    .transform((value, context): T => {
      const refuse: Refuse = (message, path = []) => {
        context.issues.push({ code: 'custom', message, path: [...path], input: value });
        return z.NEVER;
      };
      return read(value, refuse);
    });
}

/** A name: any scalar, see {@link nameOf}. */
export function nameField(what: 'source' | 'sink'): z.ZodType<string> {
  return field((value, refuse) => {
    if (value === undefined) return refuse(`Required field name not specified; give every ${what} a name of its own`);
    const name = nameOf(value);
    return name ?? refuse(`a ${what} needs a text as its name, got ${describeValue(value)}; put the name in quotes`);
  });
}

/** Seconds in the file, milliseconds in the result. Whatever Python's `int()` takes: `"30"` is 30, 1.9 is 1, `true` is 1. */
export function intervalField({ defaultS }: { readonly defaultS?: number } = {}): z.ZodType<number> {
  return field((value, refuse) => {
    if (value === undefined && defaultS !== undefined) return defaultS * 1000;
    if (value === undefined)
      return refuse('Missing interval value; write the seconds between two polls, for example interval: 300');
    const seconds = wholeSeconds(value);
    if (seconds === undefined) {
      return refuse(
        `Invalid interval value: expected a whole number of seconds, got ${describeValue(value)}; for example interval: 300`,
      );
    }
    if (seconds <= 0)
      return refuse(`Interval value should > 0, got ${describeValue(value)}; for example interval: 300`);
    if (seconds * 1000 > maxIntervalMs) {
      return refuse(
        `Invalid interval value: at most ${Math.floor(maxIntervalMs / 1000)} seconds (24 days), got ${describeValue(value)}; for example interval: 86400`,
      );
    }
    return seconds * 1000;
  });
}

/** The whole seconds that an interval stands for, or `undefined` if it stands for none. */
export function wholeSeconds(value: unknown): number | undefined {
  if (typeof value === 'string' && /^\s*[+-]?\d+(?:_\d+)*\s*$/.test(value)) return Number(value.replaceAll('_', ''));
  if (typeof value === 'boolean') return Number(value);
  return typeof value === 'number' && Number.isFinite(value) ? Math.trunc(value) : undefined;
}

/** The patterns of a source: a list that is not empty, of texts that are not, and that do not contradict each other. */
export function metersField(): z.ZodType<readonly string[]> {
  return field((value, refuse) => {
    if (value === undefined) return refuse('Missing meters value; list the meters, for example meters: ["*"]');
    // Ceilometer goes through a text letter by letter, which happens to be right for this one.
    if (value === '*') return ['*'];
    if (isLeftEmpty(value)) return refuse('No meters specified; list at least one, for example meters: ["*"]');
    if (!Array.isArray(value)) {
      return refuse(`meters should be a list, got ${describeValue(value)}; ${asList(value, 'meters: ["*"]')}`);
    }
    const patterns = readTexts(value, refuse, 'a meter');
    const conflict = contradiction(patterns);
    if (conflict !== undefined) refuse(conflict);
    return patterns;
  });
}

/** Only the first character counts: `*.rate` neither includes nor excludes, so it goes with everything. */
function contradiction(patterns: readonly string[]): string | undefined {
  const included = patterns.find((pattern) => !/^[!*]/.test(pattern));
  const excluded = patterns.find((pattern) => pattern.startsWith('!'));
  if (included === undefined) return undefined;
  if (excluded !== undefined) {
    return `Both included and excluded meters specified (${showName(included)} and ${showName(excluded)}); keep one kind: what is not listed is out, or what is not excluded is in`;
  }
  if (patterns.includes('*'))
    return `Included meters specified with wildcard ("*" and ${showName(included)}); "*" takes all meters, remove one of the two`;
  return undefined;
}

/** A list of texts that may be missing or empty. */
export function optionalTextsField(name: 'Resources' | 'Discovery'): z.ZodType<readonly string[]> {
  return field((value, refuse) => {
    if (isLeftEmpty(value)) return [];
    if (Array.isArray(value)) return readTexts(value, refuse, 'an entry');
    const example = name === 'Discovery' ? 'discovery: [local_instances]' : 'resources: ["ID OR NAME OF AN INSTANCE"]';
    return refuse(`${name} should be a list, got ${describeValue(value)}; ${asList(value, example)}`);
  });
}

/** The sinks that a source names; none at all is for the check that knows the source to refuse. */
export function sinkNamesField(): z.ZodType<readonly string[]> {
  return field((value, refuse) => {
    if (value === undefined) return refuse('Required field sinks not specified; list the sinks that its samples go to');
    if (isLeftEmpty(value)) return [];
    if (!Array.isArray(value)) {
      return refuse(`sinks should be a list, got ${describeValue(value)}; ${asList(value, 'sinks: [meter_sink]')}`);
    }
    return value.map((entry: unknown, index) => {
      return (
        nameOf(entry) ??
        refuse(`the name of a sink should be a text, got ${describeValue(entry)}; put it in quotes`, [index])
      );
    });
  });
}

/** What to write instead of something that is no list. */
function asList(value: unknown, example: string): string {
  return typeof value === 'string' ? `write [${JSON.stringify(value)}] for a list of one` : `for example ${example}`;
}

function readTexts(list: readonly unknown[], refuse: Refuse, what: string): readonly string[] {
  return list.flatMap((entry, index) => {
    if (typeof entry === 'string' && entry !== '') return [entry];
    const advice = entry === '' || entry === null ? 'remove the entry' : 'put it in quotes if it is meant as text';
    refuse(`${what} should be a text, got ${describeValue(entry)}; ${advice}`, [index]);
    return [];
  });
}
