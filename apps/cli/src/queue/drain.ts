import { existsSync } from 'node:fs';
import { createDelivery, readStored } from '@nephometer/delivery';
import type { Ledger } from '@nephometer/delivery';
import { startQueueWorker } from '@nephometer/durable-queue';
import type { DurableQueue } from '@nephometer/durable-queue';
import { createPublisher } from '@nephometer/publishers';
import { CliError } from '../cli-error.ts';
import type { Output } from '../text/print.ts';
import { countText, exactText } from './amounts.ts';
import { openAndRead } from './open-queue.ts';
import { choosePlaces, placesOf, titleOf } from './places.ts';
import type { Place, Places } from './places.ts';
import { checkKeeps, createPublisherContext, publisherOf, readSetup } from './publishers.ts';
import type { NamedPublisher, PublisherContext, Setup } from './publishers.ts';
import { createSay, createSendingLog, sendFor } from './sending.ts';
import type { Say } from './sending.ts';

/** What `nephometer queue drain` is asked. */
export interface DrainSettings {
  /** Publishers or files. */
  readonly queues: readonly string[];
  /** Those of all publishers of the pipeline instead. */
  readonly all: boolean;
  /** Another publisher than the queue's own; for one queue. */
  readonly to?: string;
  /** Path of coordinator.yaml. */
  readonly config: string;
  /** How long it may take, in ms; absent: until nothing is left. */
  readonly ms?: number;
  readonly stdout: Output;
  readonly stderr: NodeJS.WritableStream;
  readonly env: Readonly<NodeJS.ProcessEnv>;
  readonly signal: AbortSignal;
}

/**
 * Sends what waits in queues, all at the same time, as the coordinator would, but that nothing is too old or too much. What has
 * been sent is gone from the queue; an abort leaves the rest.
 *
 * @returns whether nothing is left, and nothing was refused
 * @throws CliError if a queue is not there, is in use or has no publisher; ConfigError; the signal's reason
 */
export async function drain(settings: DrainSettings): Promise<boolean> {
  const { config, stdout, stderr, env, signal } = settings;
  const say = createSay(stderr);
  const setup = await readSetup({ file: config, env, signal });
  const jobs = chooseJobs(settings, { setup, places: await placesOf(setup), say });
  const context = createPublisherContext(setup, config, stdout);
  const worker = startQueueWorker();
  const opened: OpenJob[] = [];
  try {
    // All of them before the first sample is sent: one that is in use is said at once.
    for (const job of jobs) {
      const { queue } = await openAndRead({ worker, path: job.place.path, say }, (candidate) =>
        readAll(candidate, signal),
      );
      opened.push({ ...job, queue });
    }
    const each = { ...settings, say, publishing: context.settings };
    const results = await Promise.allSettled(opened.map((job) => drainOne(job, each)));
    for (const result of results) if (result.status === 'rejected') throw result.reason;
    return results.every((result) => result.status === 'fulfilled' && result.value);
  } finally {
    await worker.close();
    await context.close();
  }
}

/** A queue and where it goes. */
interface Job {
  readonly place: Place;
  readonly target: NamedPublisher;
}

interface OpenJob extends Job {
  readonly queue: DurableQueue;
}

interface ChooseInput {
  readonly setup: Setup;
  readonly places: Places;
  readonly say: Say;
}

function chooseJobs({ queues, all, to }: DrainSettings, { setup, places, say }: ChooseInput): readonly Job[] {
  if (all === queues.length > 0) throw new CliError('invalid-option', 'say which queues: publishers, files, or --all');
  if (to !== undefined && queues.length !== 1) throw new CliError('invalid-option', '--to goes with one queue');
  const target = to === undefined ? undefined : publisherOf(to, setup);
  const chosen = all ? places.all.filter(({ publisher }) => publisher !== undefined) : choosePlaces(queues, places);
  const jobs = chosen.flatMap((place) => {
    const job = { place, target: target ?? place.publisher ?? formerPublisher(place, setup) };
    if (existsSync(place.path)) {
      checkKeeps(job.target);
      return [job];
    }
    if (!all) say(`${titleOf(place)}: nothing waits, there is no file ${place.path}`);
    return [];
  });
  if (all && jobs.length === 0) say('nothing waits, no publisher of the pipeline has a file');
  return jobs;
}

/** A publisher that is not in the pipeline any more. */
function formerPublisher({ path, formerUrl }: Place, setup: Setup): NamedPublisher {
  if (formerUrl !== undefined) return publisherOf(formerUrl, setup);
  const how = 'say where they go with --to, or name the publisher by its full URL instead of the file';
  throw new CliError('invalid-option', `${path}: the pipeline has no publisher for these samples; ${how}`);
}

/** Throws if there is something in a queue that cannot be read: before anything is sent, rather than in the middle. */
async function readAll(queue: DurableQueue, signal: AbortSignal): Promise<void> {
  for await (const _ of readStored(queue, signal));
}

interface DrainOneSettings extends Pick<DrainSettings, 'ms' | 'signal'> {
  readonly say: Say;
  readonly publishing: PublisherContext['settings'];
}

async function drainOne(
  { place, target, queue }: OpenJob,
  { ms, signal, say, publishing }: DrainOneSettings,
): Promise<boolean> {
  const { url, name } = target;
  const waiting = countText(queue.opened.items, 'sample');
  const log = createSendingLog(say);
  const options = { ...target.options, queue: 'disk', queueBytes: Infinity, queueAgeMs: Infinity } as const;
  const publisher = createPublisher(url, { ...publishing, warn: (message) => say(`${name}: ${message}`) });
  const delivery = createDelivery({ name, publisher, queue, options, events: log.events });
  say(`${titleOf(place)}: ${waiting} to send${place.publisher === target ? '' : ` to ${name}`}`);
  const progress = (): string => `${titleOf(place)}: ${exactText(delivery.ledger().queued)} of ${waiting} left`;
  try {
    await sendFor({ ...(ms !== undefined && { ms }), progress, say }, signal, (within) => delivery.flush(within));
  } finally {
    await delivery.close();
    say(`${titleOf(place)}: ${outcomeText(log, delivery.ledger())}`);
  }
  return delivery.ledger().queued === 0 && log.refused === 0 && log.isClean;
}

function outcomeText(
  { sent, refused }: { readonly sent: number; readonly refused: number },
  { queued }: Ledger,
): string {
  const left = queued === 0 ? 'nothing is left' : `${countText(queued, 'sample')} left in the queue`;
  return `${countText(sent, 'sample')} sent${refused === 0 ? '' : `, ${countText(refused, 'sample')} refused`}, ${left}`;
}
