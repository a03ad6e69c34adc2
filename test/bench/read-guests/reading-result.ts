import { counted, withQuartiles } from '../measure/show.ts';
import type { Spread } from '../scenario.ts';

/** How one contender did with one number of guests. */
export interface ContenderResult {
  readonly contender: string;
  /** How it was measured, for the reader of the result. */
  readonly how: string;
  readonly wallMs: Spread;
  /** CPU that the contender itself used per turn, all its threads. */
  readonly cpuMs: Spread;
  /** CPU that libvirtd used per turn. */
  readonly libvirtdCpuMs: Spread;
  /** Guests in the last answer, for a check that all contenders did the same work. */
  readonly guestsSeen: number;
}

/** A ratio of our own contender to another one, of the same rounds. Below 1, ours is faster. */
export interface Ratio {
  readonly of: string;
  readonly to: string;
  readonly wall: Spread;
}

/** All contenders with one number of guests. */
export interface ReadingCase {
  readonly guests: number;
  readonly ratios: readonly Ratio[];
  readonly contenders: readonly ContenderResult[];
}

/** What reading took. */
export interface ReadingResult {
  readonly notes: readonly string[];
  readonly cases: readonly ReadingCase[];
}

/** A result as a table for each number of guests. */
export function readingLines(title: string, { cases, notes }: ReadingResult, rounds: number): string[] {
  return [
    title,
    ...cases.flatMap(({ guests, ratios, contenders }) => [
      '',
      `${counted(guests, 'guest')}, median of ${counted(rounds, 'round')} (first to third quartile)`,
      ...ratios.map(({ of, to, wall }) => `  wall time of ${of} / ${to}: ${withQuartiles(wall)}`),
      row('', 'wall ms', 'own CPU ms', 'libvirtd CPU ms'),
      ...contenders.map(({ contender, wallMs, cpuMs, libvirtdCpuMs }) =>
        row(contender, withQuartiles(wallMs), withQuartiles(cpuMs), withQuartiles(libvirtdCpuMs)),
      ),
    ]),
    '',
    ...(cases[0]?.contenders ?? []).map(({ contender, how }) => `${contender}: ${how}`),
    ...notes,
  ];
}

function row(name: string, ...cells: readonly string[]): string {
  return `  ${name.padEnd(12)}${cells.map((cell) => cell.padStart(24)).join('')}`;
}
