import { counted, rounded, short, withQuartiles } from '../measure/show.ts';
import type { Measured } from './measure-contenders.ts';
import type { DeliveryResult, MeasuredSubject } from './result.ts';

/** What a row has to reach, in samples a second of one core. */
export const budgets: readonly {
  readonly subject: string;
  readonly name: string;
  readonly samplesPerSecond: number;
}[] = [
  { subject: 'shared', name: 'reply to counting publisher', samplesPerSecond: 1_000_000 },
  { subject: 'file', name: 'file json', samplesPerSecond: 300_000 },
  { subject: 'remotewrite', name: 'remotewrite', samplesPerSecond: 300_000 },
];

/** A result as one table: ratios first, for they outlive the machine. */
export function deliveryLines(title: string, result: DeliveryResult, rounds: number): string[] {
  const { guests, samplesPerCycle, subjects, missing } = result;
  return [
    title,
    `${counted(guests, 'guest')}, ${rounded(samplesPerCycle)} samples a cycle; median of ${counted(rounds, 'round')} (first to third quartile)`,
    '',
    row('', 'queue', 'CPU / counting', 'speed / counting', 'CPU us/sample', 'of it main thread', 'samples/s'),
    ...subjects.flatMap(linesOf),
    ...missing.map(({ subject, reason }) => `  ${subject.padEnd(28)}not measured: ${reason}`),
    '',
    ...subjects.flatMap(budgetLines),
    ...subjects.flatMap(({ subject, remarks }) => remarks.map((remark) => `${subject}: ${remark}`)),
  ];
}

function linesOf({ subject, measured }: MeasuredSubject): string[] {
  // The counting publisher of a publisher's own run is in its ratios.
  const own = subject === 'shared' ? measured : measured.slice(1);
  return own.map(({ name, queue, ofFirst, cpuUs, mainCpuUs, samplesPerSecond }) =>
    row(
      name,
      queue ?? '-',
      withQuartiles(ofFirst.cpu),
      withQuartiles(ofFirst.speed),
      withQuartiles(cpuUs),
      short(mainCpuUs.median),
      rounded(samplesPerSecond.median),
    ),
  );
}

function budgetLines({ subject, measured }: MeasuredSubject): string[] {
  return budgets
    .filter((budget) => budget.subject === subject)
    .flatMap(({ name, samplesPerSecond }) => {
      const own = measured.find((candidate) => candidate.name === name);
      return own === undefined ? [] : [budgetLine(own, samplesPerSecond)];
    });
}

/** Of one core: wall time tells of a core only where nobody else uses it. */
function budgetLine({ name, queue, cpuUs: { median } }: Measured, budget: number): string {
  const reached = 1e6 / median;
  const verdict = reached >= budget ? 'kept' : 'MISSED';
  const how = queue === undefined ? '' : ` (${queue})`;
  return `budget of ${name}${how}: ${rounded(budget)} samples/s of one core; reached ${rounded(reached)}: ${verdict}`;
}

function row(name: string, queue: string, ...cells: readonly string[]): string {
  return `  ${name.padEnd(28)}${queue.padEnd(8)}${cells.map((cell, index) => cell.padStart(index < 3 ? 23 : 18)).join('')}`;
}
