import { existsSync } from 'node:fs';
import { storedLedger } from '@nephometer/delivery';
import { inspectQueue, QueueError } from '@nephometer/durable-queue';
import { CliError } from '../cli-error.ts';
import { createStyle, printLines } from '../text/print.ts';
import type { Output } from '../text/print.ts';
import { choosePlaces, findPlaces, titleOf } from './places.ts';
import type { Place } from './places.ts';
import { isWell, reportLines } from './queue-report.ts';
import type { QueueReport } from './queue-report.ts';

/** What `nephometer queue inspect` is asked. */
export interface InspectQueuesSettings {
  /** Publishers or files; all that there are if none is named. */
  readonly queues: readonly string[];
  /** Path of coordinator.yaml. */
  readonly config?: string;
  readonly stateDir?: string;
  readonly json: boolean;
  readonly stdout: Output;
  readonly env: Readonly<NodeJS.ProcessEnv>;
  readonly signal: AbortSignal;
}

/**
 * Shows what waits in queues and what became of the rest. Changes nothing; works beside a coordinator that has them open.
 *
 * @returns whether all are whole and add up
 * @throws CliError if a queue is not there; ConfigError; the signal's reason
 */
export async function inspectQueues(settings: InspectQueuesSettings): Promise<boolean> {
  const { queues, config, stateDir, json, stdout, env, signal } = settings;
  if (queues.length === 0 && config === undefined && stateDir === undefined) {
    throw new CliError('invalid-option', 'say where queues are: --config coordinator.yaml, --state-dir DIR, or a file');
  }
  const places = await findPlaces(settings);
  const reports: QueueReport[] = [];
  for (const place of queues.length === 0 ? places.all : choosePlaces(queues, places)) {
    signal.throwIfAborted();
    reports.push(await examine(place, config !== undefined));
  }
  const style = createStyle(stdout, env);
  const lines = json
    ? [JSON.stringify({ queues: reports }, undefined, 2)]
    : reports.flatMap((report, index) => [
        ...(index === 0 ? [] : ['']),
        ...reportLines(report, { style, now: Date.now() }),
      ]);
  await printLines(stdout, lines.length === 0 ? ['no queues'] : lines, signal);
  return reports.every(isWell);
}

/** @param isConfigured whether there is a pipeline that could name the publisher */
async function examine(place: Place, isConfigured: boolean): Promise<QueueReport> {
  const { path: file, publisher } = place;
  const named = {
    publisher: publisher || place.formerUrl !== undefined ? titleOf(place) : null,
    isForgotten: isConfigured && publisher === undefined,
    file,
  };
  const nothing = { owner: null, waiting: null, ledger: null, damage: [], failure: null };
  if (!existsSync(file))
    return { ...named, kind: publisher?.options.queue === 'memory' ? 'memory' : 'none', ...nothing };
  try {
    const { state, owner = null, damage } = await inspectQueue(file);
    const stored = state && storedLedger(titleOf(place), state);
    return {
      ...named,
      kind: 'disk',
      owner,
      waiting: state ? { samples: state.items, bytes: state.bytes, oldest: timeText(state.oldestAtMs) } : null,
      ledger: stored ? withoutName(stored) : null,
      damage,
      failure: null,
    };
  } catch (error) {
    if (!(error instanceof QueueError)) throw error;
    return { ...named, kind: 'disk', ...nothing, failure: error.message };
  }
}

function withoutName({ publisher: _, ...numbers }: ReturnType<typeof storedLedger>): QueueReport['ledger'] {
  return numbers;
}

function timeText(atMs: number | undefined): string | null {
  return atMs === undefined ? null : new Date(atMs).toISOString();
}
