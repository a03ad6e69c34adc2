import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { MachineFacts } from './measure/machine-facts.ts';
import type { Scenario, ScenarioResult, Spread } from './scenario.ts';

/** A scenario's result as a table: ratios first, for they outlive the machine. */
export function reportLines({ title }: Scenario, { cases, notes }: ScenarioResult, rounds: number): string[] {
  return [
    title,
    ...cases.flatMap(({ guests, ratios, contenders }) => [
      '',
      `${guests} guest${guests === 1 ? '' : 's'}, median of ${rounds} round${rounds === 1 ? '' : 's'} (first to third quartile)`,
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

/** Writes a result with what it was measured on; gives the file's path. */
export async function writeResult(
  directory: string,
  { name, title }: Scenario,
  result: ScenarioResult & { readonly rounds: number; readonly machine: MachineFacts },
): Promise<string> {
  await mkdir(directory, { recursive: true });
  const path = join(directory, `${name}.json`);
  const document = { scenario: name, title, measuredAt: new Date().toISOString(), ...result };
  await writeFile(path, `${JSON.stringify(document, undefined, 2)}\n`);
  return path;
}

function row(name: string, ...cells: readonly string[]): string {
  return `  ${name.padEnd(12)}${cells.map((cell) => cell.padStart(24)).join('')}`;
}

function withQuartiles({ median, q1, q3 }: Spread): string {
  return `${short(median)} (${short(q1)} to ${short(q3)})`;
}

function short(value: number): string {
  return value.toFixed(value < 9.995 ? 2 : 1);
}
