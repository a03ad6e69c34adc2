import { InvalidArgumentError } from 'commander';
import { parseDuration } from './shadow/duration.ts';

// What turns the text of an option into its value, for commander.

/** Longest time that a timer takes, in seconds, rounded down. */
const LONGEST_S = 2_000_000;

/** A number above 0 that may be a time in seconds. */
export function positiveNumber(text: string): number {
  const value = Number(text);
  if (text.trim() === '' || !(value > 0 && value <= LONGEST_S)) {
    throw new InvalidArgumentError(`Expected a number above 0 and up to ${LONGEST_S}.`);
  }
  return value;
}

/** A whole number above 0. */
export function positiveInteger(text: string): number {
  const value = positiveNumber(text);
  if (!Number.isInteger(value)) throw new InvalidArgumentError('Expected a whole number.');
  return value;
}

/** A time such as `10m`, in ms. */
export function duration(text: string): number {
  const ms = parseDuration(text);
  if (ms === undefined) throw new InvalidArgumentError('Expected a time like 90s, 10m or 2h.');
  return ms;
}

/** The value of an option that may be given more than once. */
export function repeated(text: string, before: readonly string[] | undefined): readonly string[] {
  return [...(before ?? []), text];
}
