import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { MachineFacts } from './measure/machine-facts.ts';
import type { Scenario } from './scenario.ts';

/** Writes a result with what it was measured on; gives the file's path. */
export async function writeResult(
  directory: string,
  { name, title }: Pick<Scenario, 'name' | 'title'>,
  result: { readonly rounds: number; readonly machine: MachineFacts },
): Promise<string> {
  await mkdir(directory, { recursive: true });
  const path = join(directory, `${name}.json`);
  const document = { scenario: name, title, measuredAt: new Date().toISOString(), ...result };
  await writeFile(path, `${JSON.stringify(document, undefined, 2)}\n`);
  return path;
}
