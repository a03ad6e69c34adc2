import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { startProcess } from '@nephometer/test-kit';
import type { TestProcess } from '@nephometer/test-kit';

/** The program of an app. */
export const mainOf = (app: string): string => fileURLToPath(new URL(`../../apps/${app}/src/main.ts`, import.meta.url));

/** An app as a process, as an operator starts it. */
export function startApp(app: 'inspector' | 'coordinator' | 'cli', ...args: readonly string[]): Promise<TestProcess> {
  return startProcess(process.execPath, [mainOf(app), ...args]);
}

/** An inspector that is up, and where. */
export interface RunningInspector extends AsyncDisposable {
  readonly process: TestProcess;
  readonly target: string;
}

/** Starts an inspector and waits until it says that it is ready. */
export async function startInspector(...args: readonly string[]): Promise<RunningInspector> {
  const inspector = await startApp('inspector', ...args);
  const { listen } = await readyLine(inspector);
  if (typeof listen !== 'string') throw new Error('the ready line says no address');
  return { process: inspector, target: listen, [Symbol.asyncDispose]: () => inspector[Symbol.asyncDispose]() };
}

/** The fields of a service's ready line. */
export async function readyLine(service: TestProcess): Promise<Record<string, unknown>> {
  const line = await service.waitForLine((text) => text.includes('"msg":"ready"'), { from: 'stderr' });
  return JSON.parse(line) as Record<string, unknown>;
}

/** What a coordinator is to do; every part has a default that polls all meters into `samples.jsonl`. */
export interface CoordinatorFiles {
  readonly targets: readonly string[];
  readonly intervalS?: number;
  readonly polling?: string;
  readonly pipeline?: string;
  readonly extra?: string;
}

/** Writes a coordinator's files into a directory; returns the path of coordinator.yaml. */
export async function writeCoordinatorFiles(directory: string, files: CoordinatorFiles): Promise<string> {
  const { targets, intervalS = 60, extra = '' } = files;
  const polling = files.polling ?? `sources: [{name: all, interval: ${intervalS}, meters: ["*"]}]\n`;
  const pipeline =
    files.pipeline ??
    'sources: [{name: all, meters: ["*"], sinks: [file]}]\n' +
      `sinks: [{name: file, publishers: ["file://${join(directory, 'samples.jsonl')}?json"]}]\n`;
  const coordinator =
    'polling_file: polling.yaml\npipeline_file: pipeline.yaml\n' +
    `inspectors: [{targets: ${JSON.stringify(targets)}}]\n${extra}`;
  await writeFile(join(directory, 'polling.yaml'), polling);
  await writeFile(join(directory, 'pipeline.yaml'), pipeline);
  await writeFile(join(directory, 'coordinator.yaml'), coordinator);
  return join(directory, 'coordinator.yaml');
}
