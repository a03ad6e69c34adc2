import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { sleep } from '@nephometer/abortable';
import { CliError } from '../cli-error.ts';
import { readLines } from '../dev/read-lines.ts';
import type { LogRecord, ServiceProcess } from '../dev/service-process.ts';
import { countCycles } from './count-cycles.ts';
import { startOurCoordinator } from './our-coordinator.ts';
import type { OurFiles } from './our-files.ts';
import { parseObservation } from './parse-observation.ts';
import type { SeriesStore } from './series-store.ts';
import type { TheirSamples } from './their-samples.ts';

/** When a comparison has seen enough: every task of ours has run so often, or so much time has passed. */
export type RunLength = { readonly cycles: number } | { readonly ms: number };

/** What {@link gather} works with. */
export interface GatherSettings {
  /** The operator's coordinator.yaml. */
  readonly file: string;
  readonly files: OurFiles;
  readonly length: RunLength;
  readonly store: SeriesStore;
  readonly theirs: TheirSamples;
  /** Something for the person who waits. */
  readonly say: (text: string) => void;
  readonly env: Readonly<NodeJS.ProcessEnv>;
  readonly signal: AbortSignal;
}

/** How often Ceilometer's samples and our counters are looked at. */
const LOOK_MS = 500;

const WARNING_LEVELS: ReadonlySet<unknown> = new Set(['warn', 'error', 'fatal']);

/**
 * Runs a coordinator beside Ceilometer and stores the samples of both, until there are enough or the signal aborts. Nothing of
 * ours is left then: no process, no file.
 *
 * @returns whether it was ended early, by the signal, after the coordinator was ready
 * @throws CliError if the coordinator does not start, or ends by itself; the signal's reason if it was not ready yet
 */
export async function gather(settings: GatherSettings): Promise<{ readonly isCutShort: boolean }> {
  const { file, files, say, env, signal } = settings;
  signal.throwIfAborted();
  const directory = await mkdtemp(join(tmpdir(), 'nephometer-shadow-'));
  try {
    let tasks: readonly string[] = [];
    const onLog = (record: LogRecord): void => {
      if (record.msg === 'ready' && Array.isArray(record.tasks)) tasks = record.tasks.map(String);
      if (WARNING_LEVELS.has(record.level)) say(`coordinator: ${describeRecord(record)}`);
    };
    const { service, httpSocket } = await startOurCoordinator({ file, files, directory, env, onLog, signal });
    const reading = readOurs(service, settings.store);
    say(`the coordinator polls every ${tasks.join(', ')}`);
    try {
      await watch({ ...settings, service, httpSocket, tasks });
      return { isCutShort: false };
    } catch (error) {
      if (!signal.aborted) throw error;
      return { isCutShort: true };
    } finally {
      // It flushes what it has, and what has been written on Ceilometer's side meanwhile belongs to it.
      await service.stop();
      await reading;
      await settings.theirs.take(new AbortController().signal);
    }
  } finally {
    await rm(directory, { recursive: true, force: true });
  }
}

interface Watching extends GatherSettings {
  readonly service: ServiceProcess;
  readonly httpSocket: string;
  readonly tasks: readonly string[];
}

/** Takes Ceilometer's samples until the run is over. */
async function watch(watching: Watching): Promise<void> {
  const { service, theirs } = watching;
  const controller = new AbortController();
  const { signal } = controller;
  const forward = (): void => controller.abort(watching.signal.reason);
  watching.signal.addEventListener('abort', forward, { once: true });
  void service.ended.then((how) => controller.abort(endedByItself(service, how)));
  try {
    watching.signal.throwIfAborted();
    const isOver =
      'ms' in watching.length ? untilTime(watching.length.ms) : untilCycles(watching, watching.length.cycles);
    for (;;) {
      await theirs.take(signal);
      if (await isOver(signal)) return;
      await sleep(LOOK_MS, signal);
    }
  } finally {
    watching.signal.removeEventListener('abort', forward);
  }
}

function untilTime(ms: number): () => Promise<boolean> {
  const endAt = performance.now() + ms;
  return async () => performance.now() >= endAt;
}

/** Cycles that fail count, too: an inspector that cannot be reached must not keep it waiting for ever. */
function untilCycles(
  { httpSocket, tasks, say, store }: Watching,
  wanted: number,
): (signal: AbortSignal) => Promise<boolean> {
  let said = 0;
  return async (signal) => {
    const counts = await countCycles(httpSocket, signal).catch(async (error: unknown) => {
      // Who is about to end does not answer any more; its end then says more than this error.
      await sleep(LOOK_MS, signal);
      throw error;
    });
    const done = Math.min(...tasks.map((task) => counts.get(task) ?? 0));
    if (done > said) {
      said = done;
      say(
        `cycle ${done} of ${wanted}; samples so far: ${store.count('ours')} ours, ${store.count('theirs')} Ceilometer's`,
      );
    }
    return done >= wanted;
  };
}

async function readOurs(service: ServiceProcess, store: SeriesStore): Promise<void> {
  for await (const lines of readLines(service.stdout)) {
    for (const line of lines) {
      const { observation } = parseObservation(line);
      if (observation !== undefined) store.add('ours', observation);
    }
  }
}

function endedByItself(service: ServiceProcess, how: string): CliError {
  const { name } = service;
  const log = service.logTail();
  const tail = log === '' ? '' : `; the last lines of its log:\n${log}`;
  return new CliError('service-ended', `the ${name} has ended (${how})${tail}`);
}

function describeRecord({ msg, err, problem }: LogRecord): string {
  const message = typeof err === 'object' && err !== null && 'message' in err ? err.message : problem;
  return typeof message === 'string' ? `${String(msg)}: ${message}` : String(msg);
}
