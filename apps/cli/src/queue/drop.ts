import { discardSamples, planDiscard } from '@nephometer/delivery';
import type { Discard, DiscardPlan } from '@nephometer/delivery';
import { QueueError, startQueueWorker } from '@nephometer/durable-queue';
import type { DurableQueue, QueueWorker } from '@nephometer/durable-queue';
import { CliError } from '../cli-error.ts';
import { escapeControls } from '../text/display-width.ts';
import { printLines } from '../text/print.ts';
import type { Output } from '../text/print.ts';
import { countText, exactText } from './amounts.ts';
import { createSampleFilter } from './choose-samples.ts';
import { confirm } from './confirm.ts';
import type { Input } from './confirm.ts';
import { openAndRead } from './open-queue.ts';
import { choosePlaces, findPlaces, titleOf } from './places.ts';
import type { Place } from './places.ts';
import { createSay } from './sending.ts';

/** What `nephometer queue drop` is asked. */
export interface DropSettings {
  /** Publishers or files; at least one. */
  readonly queues: readonly string[];
  /** All that waits. */
  readonly all: boolean;
  /** Only what has waited for longer than this, in ms. */
  readonly olderThanMs?: number;
  readonly resources?: readonly string[];
  readonly meters?: readonly string[];
  /** Nobody is asked. */
  readonly yes: boolean;
  /** Path of coordinator.yaml. */
  readonly config?: string;
  readonly stateDir?: string;
  readonly stdin: Input;
  readonly stdout: Output;
  readonly stderr: NodeJS.WritableStream;
  readonly env: Readonly<NodeJS.ProcessEnv>;
  readonly signal: AbortSignal;
}

/**
 * Throws samples away that wait in queues, counted as `discarded`, after asking.
 *
 * @returns whether it was done
 * @throws CliError if a queue is not there or in use, or nobody can be asked; ConfigError; the signal's reason
 */
export async function drop(settings: DropSettings): Promise<boolean> {
  const { queues, yes, stdin, stdout, stderr, signal } = settings;
  const discard = discardOf(settings);
  if (!yes && stdin.isTTY !== true) {
    throw new CliError('invalid-option', 'nobody is here to ask: add --yes if these samples shall go for good');
  }
  const say = createSay(stderr);
  const places = choosePlaces(queues, await findPlaces(settings));
  const worker = startQueueWorker();
  try {
    const jobs: Job[] = [];
    for (const place of places) {
      const { queue, found: plan } = await openAndRead({ worker, path: place.path, say }, (candidate) =>
        planDiscard(candidate, discard, signal),
      );
      jobs.push({ place, queue, plan });
      say(`${titleOf(place)}: ${exactText(plan.samples)} of ${countText(queue.opened.items, 'sample')} would go`);
    }
    const total = jobs.reduce((sum, { plan }) => sum + plan.samples, 0);
    const question = `Drop ${countText(total, 'sample')} for good?`;
    if (total > 0 && !yes && !(await confirm(question, { stdin, stderr, signal }))) {
      say('nothing was dropped');
      return false;
    }
    for (const job of jobs) {
      const gone = await discardFrom(job, { worker, discard, signal });
      await printLines(stdout, [escapeControls(`${titleOf(job.place)}: ${countText(gone, 'sample')} dropped`)], signal);
    }
    return true;
  } finally {
    await worker.close();
  }
}

interface Job {
  readonly place: Place;
  readonly queue: DurableQueue;
  readonly plan: DiscardPlan;
}

function discardOf({ all, olderThanMs, resources, meters }: DropSettings): Discard {
  const isChosen = createSampleFilter({ ...(resources && { resources }), ...(meters && { meters }) });
  const isLimited = olderThanMs !== undefined || isChosen !== undefined;
  if (all === isLimited) {
    throw new CliError(
      'invalid-option',
      'say what is dropped: --older-than, --resource or --meter, or --all without them',
    );
  }
  return {
    ...(olderThanMs !== undefined && { acceptedBeforeMs: Date.now() - olderThanMs }),
    ...(isChosen && { isChosen }),
  };
}

interface DiscardFromInput {
  readonly worker: QueueWorker;
  readonly discard: Discard;
  readonly signal: AbortSignal;
}

async function discardFrom({ queue, plan }: Job, { worker, discard, signal }: DiscardFromInput): Promise<number> {
  if (plan.samples === 0) return 0;
  try {
    return await discardSamples({ queue, worker, discard, plan }, signal);
  } catch (error) {
    if (!(error instanceof QueueError) || error.code !== 'disk_full' || plan.dividedRows === 0) throw error;
    const why = 'picking samples takes room for a second file; --all and --older-than alone take none';
    throw new CliError('queue-failed', `${error.message}; nothing was dropped: ${why}`);
  }
}
