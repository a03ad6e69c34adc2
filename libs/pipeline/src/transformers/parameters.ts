import type { ParameterProblem } from '@nephometer/plugin';
import { describeValue, suggest, unknownKeyMessage } from '@nephometer/service';
import { PipelineError } from '../pipeline-error.ts';

/** A value in a transformer's parameters, where it stands, and where to note what is wrong with it. */
export interface Place {
  readonly value: unknown;
  readonly path: readonly (string | number)[];
  readonly problems: ParameterProblem[];
}

/** The parameters as a whole. */
export function rootPlace(value: unknown): Place {
  return { value, path: [], problems: [] };
}

export function refuse({ path, problems }: Place, message: string): void {
  problems.push({ path, message });
}

/** Whether nothing was written: the key is missing or has no value. */
export function isEmpty({ value }: Place): boolean {
  return value === undefined || value === null;
}

/**
 * The entries of a mapping by key; empty places if it was left empty or is none. Keys that are not known are problems.
 */
export function entriesOf<Key extends string>(place: Place, known: readonly Key[]): (key: Key) => Place {
  const { value, path, problems } = place;
  const isMapping = typeof value === 'object' && value !== null && !Array.isArray(value);
  if (!isMapping && !isEmpty(place)) {
    refuse(place, `expected a mapping (KEY: VALUE lines), got ${describeValue(value)}`);
  }
  const entries = new Map<string, unknown>(isMapping ? Object.entries(value) : []);
  for (const key of entries.keys()) {
    if ((known as readonly string[]).includes(key)) continue;
    problems.push({ path: [...path, key], message: unknownKeyMessage(key, known) });
  }
  return (key) => ({ value: entries.get(key), path: [...path, key], problems });
}

/** A text that is not empty; `undefined` if there is none, an empty one included. */
export function textOf(place: Place): string | undefined {
  const { value } = place;
  if (isEmpty(place) || value === '') return undefined;
  if (typeof value === 'string') return value;
  refuse(place, `expected text, got ${describeValue(value)}; put it in quotes if it is meant as text`);
  return undefined;
}

/** A unit: a text that may be empty. */
export function unitOf(place: Place): string | undefined {
  return place.value === '' ? '' : textOf(place);
}

/** One of some texts. */
export function choiceOf<Choice extends string>(place: Place, choices: readonly Choice[]): Choice | undefined {
  if (isEmpty(place)) return undefined;
  const choice = choices.find((candidate) => candidate === place.value);
  if (choice !== undefined) return choice;
  const meant = typeof place.value === 'string' ? suggest(place.value, choices) : undefined;
  const advice = meant === undefined ? '' : `; did you mean "${meant}"?`;
  refuse(place, `expected one of ${choices.join(', ')}, got ${describeValue(place.value)}${advice}`);
  return undefined;
}

export function booleanOf(place: Place): boolean | undefined {
  const { value } = place;
  if (isEmpty(place)) return undefined;
  if (typeof value === 'boolean') return value;
  refuse(place, `expected true or false, got ${describeValue(value)}`);
  return undefined;
}

/** A number; digits in quotes count, too. */
export function numberOf(place: Place): number | undefined {
  const { value } = place;
  if (isEmpty(place)) return undefined;
  const number = typeof value === 'string' && /^\s*\d+(?:\.\d+)?\s*$/.test(value) ? Number(value) : value;
  if (typeof number === 'number' && Number.isFinite(number)) return number;
  refuse(place, `expected a number, got ${describeValue(value)}`);
  return undefined;
}

/** A whole number of at most `max`. */
export function wholeNumberOf(place: Place, max: number): number | undefined {
  const number = numberOf(place);
  if (number === undefined || (Number.isInteger(number) && number <= max)) return number;
  refuse(place, `expected a whole number of at most ${max}, got ${describeValue(place.value)}`);
  return undefined;
}

/**
 * What `read` makes of a place, or `undefined` and a problem if it throws an error of this library.
 */
export function attempt<T>(place: Place, read: () => T): T | undefined {
  try {
    return read();
  } catch (error) {
    if (!(error instanceof PipelineError)) throw error;
    refuse(place, error.message);
    return undefined;
  }
}
