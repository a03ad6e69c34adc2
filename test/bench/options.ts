import { parseArgs } from 'node:util';
import type { Scenario } from './scenario.ts';

/** What a run is to measure. */
export interface BenchOptions {
  /** Names of scenarios; empty: all. */
  readonly scenarios: readonly string[];
  readonly guests: readonly number[];
  /** Absent: as many as each scenario thinks fit. */
  readonly rounds?: number;
  /** Parts of scenarios; empty: all. */
  readonly subjects: readonly string[];
  /** Where results go. */
  readonly output: string;
}

/** What is wrong with the command line; the message says what to do. */
export class OptionError extends Error {
  override readonly name = 'OptionError';
}

/** How to call it. */
export const usage =
  'Usage: npm run bench -- [SCENARIO...] [--rounds N] [--guests 1,10,50] [--subjects SUBJECT,...] [--output dist/bench]';

/**
 * Reads the command line.
 *
 * @param known the scenarios there are
 * @throws OptionError
 */
export function parseOptions(
  argv: readonly string[],
  known: readonly Pick<Scenario, 'name' | 'subjects'>[],
): BenchOptions {
  const { values, positionals } = readArguments(argv);
  const names = [...new Set(positionals)];
  const scenarioNames = known.map(({ name }) => name);
  checkNames('scenario', names, scenarioNames);
  const chosen = known.filter(({ name }) => names.length === 0 || names.includes(name));
  const subjects = values.subjects.split(',').filter((name) => name !== '');
  checkNames(
    'subject',
    subjects,
    chosen.flatMap((scenario) => scenario.subjects),
  );
  // Guests are added, never removed.
  const guests = values.guests.split(',').map((text) => wholeNumber('--guests', text, 200));
  return {
    scenarios: names,
    guests: [...new Set(guests)].sort((a, b) => a - b),
    ...(values.rounds !== undefined && { rounds: wholeNumber('--rounds', values.rounds, 1000) }),
    subjects: [...new Set(subjects)],
    output: values.output,
  };
}

interface Arguments {
  readonly values: {
    readonly guests: string;
    readonly rounds?: string;
    readonly subjects: string;
    readonly output: string;
  };
  readonly positionals: readonly string[];
}

function readArguments(argv: readonly string[]): Arguments {
  try {
    return parseArgs({
      args: [...argv],
      allowPositionals: true,
      options: {
        guests: { type: 'string', default: '1,10,50' },
        rounds: { type: 'string' },
        subjects: { type: 'string', default: '' },
        output: { type: 'string', default: 'dist/bench' },
      },
    });
  } catch (error) {
    throw new OptionError(error instanceof Error ? error.message : String(error));
  }
}

function checkNames(noun: string, names: readonly string[], known: readonly string[]): void {
  const unknown = names.filter((name) => !known.includes(name));
  if (unknown.length === 0) return;
  const there = known.length === 0 ? 'there is none' : `there are: ${known.join(', ')}`;
  throw new OptionError(`no ${noun} ${unknown.join(', ')}; ${there}`);
}

function wholeNumber(option: string, text: string, most: number): number {
  const value = Number(text);
  if (!Number.isInteger(value) || value < 1 || value > most) {
    throw new OptionError(`${option}: "${text}" is no whole number from 1 to ${most}`);
  }
  return value;
}
