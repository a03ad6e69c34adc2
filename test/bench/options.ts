import { parseArgs } from 'node:util';

/** What a run is to measure. */
export interface BenchOptions {
  readonly guests: readonly number[];
  readonly rounds: number;
  /** Names of scenarios; empty: all. */
  readonly only: readonly string[];
  /** Where results go. */
  readonly output: string;
}

/** What is wrong with the command line; the message says what to do. */
export class OptionError extends Error {
  override readonly name = 'OptionError';
}

/** How to call it. */
export const usage = `Usage: npm run bench -- [--guests 1,10,50] [--rounds 15] [--only SCENARIO,...] [--output dist/bench]`;

/**
 * Reads the command line.
 *
 * @param known names of the scenarios there are
 * @throws OptionError
 */
export function parseOptions(argv: readonly string[], known: readonly string[]): BenchOptions {
  const options = {
    guests: { type: 'string', default: '1,10,50' },
    rounds: { type: 'string', default: '15' },
    only: { type: 'string', default: '' },
    output: { type: 'string', default: 'dist/bench' },
  } as const;
  const values = readArguments(argv, options);
  const only = values.only.split(',').filter((name) => name !== '');
  const unknown = only.filter((name) => !known.includes(name));
  if (unknown.length > 0) throw new OptionError(`no scenario ${unknown.join(', ')}; there are: ${known.join(', ')}`);
  // Guests are added, never removed.
  const guests = values.guests.split(',').map((text) => wholeNumber('--guests', text, 200));
  return {
    guests: [...new Set(guests)].sort((a, b) => a - b),
    rounds: wholeNumber('--rounds', values.rounds, 1000),
    only,
    output: values.output,
  };
}

function readArguments<Options extends NonNullable<Parameters<typeof parseArgs>[0]>['options']>(
  argv: readonly string[],
  options: Options,
): ReturnType<typeof parseArgs<{ options: Options }>>['values'] {
  try {
    return parseArgs({ args: [...argv], options }).values;
  } catch (error) {
    throw new OptionError(error instanceof Error ? error.message : String(error));
  }
}

function wholeNumber(option: string, text: string, most: number): number {
  const value = Number(text);
  if (!Number.isInteger(value) || value < 1 || value > most) {
    throw new OptionError(`${option}: "${text}" is no whole number from 1 to ${most}`);
  }
  return value;
}
