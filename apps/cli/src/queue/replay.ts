import { createDelivery, readStored } from '@nephometer/delivery';
import type { DeliveryEvents } from '@nephometer/delivery';
import { startQueueWorker } from '@nephometer/durable-queue';
import type { DurableQueue } from '@nephometer/durable-queue';
import type { Publisher } from '@nephometer/plugin';
import { createPublisher } from '@nephometer/publishers';
import type { Sample } from '@nephometer/sample';
import type { Output } from '../text/print.ts';
import { countText, exactText } from './amounts.ts';
import { createSampleFilter } from './choose-samples.ts';
import type { SampleChoice } from './choose-samples.ts';
import { openAndRead } from './open-queue.ts';
import { choosePlaces, placesOf, titleOf } from './places.ts';
import type { Place } from './places.ts';
import { checkKeeps, createPublisherContext, publisherOf, readSetup } from './publishers.ts';
import type { NamedPublisher } from './publishers.ts';
import { createSay, createSendingLog, sendFor } from './sending.ts';

/** What `nephometer queue replay` is asked. */
export interface ReplaySettings {
  /** Publishers or files; at least one. */
  readonly queues: readonly string[];
  readonly to: string;
  readonly choice: SampleChoice;
  /** Path of coordinator.yaml. */
  readonly config: string;
  /** How long it may take, in ms; absent: until all is sent. */
  readonly ms?: number;
  readonly stdout: Output;
  readonly stderr: NodeJS.WritableStream;
  readonly env: Readonly<NodeJS.ProcessEnv>;
  readonly signal: AbortSignal;
}

/**
 * Sends a copy of what waits in queues to another publisher, one queue after the other, in order and with the same ids. The
 * queues keep all of it.
 *
 * @returns whether the publisher took everything
 * @throws CliError if a queue is not there or in use; ConfigError; the signal's reason
 */
export async function replay(settings: ReplaySettings): Promise<boolean> {
  const { queues, to, choice, config, ms, stdout, stderr, env, signal } = settings;
  const say = createSay(stderr);
  const setup = await readSetup({ file: config, env, signal });
  const target = publisherOf(to, setup);
  checkKeeps(target);
  const chosen = choosePlaces(queues, await placesOf(setup));
  const isChosen = createSampleFilter(choice) ?? (() => true);
  const context = createPublisherContext(setup, config, stdout);
  const worker = startQueueWorker();
  try {
    const sources: Source[] = [];
    for (const place of chosen) {
      const { queue, found: samples } = await openAndRead({ worker, path: place.path, say }, (candidate) =>
        countChosen(candidate, isChosen, signal),
      );
      sources.push({ place, queue, samples });
    }
    const total = sources.reduce((sum, { samples }) => sum + samples, 0);
    for (const { place, queue, samples } of sources) {
      say(
        `${titleOf(place)}: ${exactText(samples)} of ${countText(queue.opened.items, 'sample')} go to ${target.name}`,
      );
    }
    const log = createSendingLog(say);
    const warn = (message: string): void => say(`${target.name}: ${message}`);
    const publisher = createPublisher(target.url, { ...context.settings, warn });
    const copier = createCopier(target, publisher, log.events);
    const progress = (): string => `${exactText(log.sent)} of ${countText(total, 'sample')} sent`;
    try {
      await sendFor({ ...(ms !== undefined && { ms }), progress, say }, signal, async (within) => {
        for (const { queue } of sources) await copier.copy(queue, isChosen, within);
      });
    } finally {
      await copier.close();
      const refused = log.refused === 0 ? '' : `, ${countText(log.refused, 'sample')} refused`;
      say(`${progress()}${refused}; the queues keep all of them`);
    }
    return log.sent === total && log.isClean;
  } finally {
    await worker.close();
    await context.close();
  }
}

interface Source {
  readonly place: Place;
  readonly queue: DurableQueue;
  /** Those that go. */
  readonly samples: number;
}

async function countChosen(
  queue: DurableQueue,
  isChosen: (sample: Sample) => boolean,
  signal: AbortSignal,
): Promise<number> {
  let count = 0;
  for await (const { samples } of readStored(queue, signal)) count += samples.filter(isChosen).length;
  return count;
}

interface Copier {
  /** Resolves when the publisher has them all, or will never take them. */
  copy(queue: DurableQueue, isChosen: (sample: Sample) => boolean, signal: AbortSignal): Promise<void>;
  close(): Promise<void>;
}

/** A delivery that is fed as fast as it delivers: one batch, or one row, is in memory. */
function createCopier({ name, options: given }: NamedPublisher, publisher: Publisher, events: DeliveryEvents): Copier {
  const options = { ...given, queue: 'memory', queueBytes: Infinity, queueAgeMs: Infinity } as const;
  const delivery = createDelivery({ name, publisher, options, events });
  const enough = options.batchSize * options.concurrency;
  return {
    async copy(queue, isChosen, signal) {
      let pending: readonly Sample[] = [];
      const send = async (): Promise<void> => {
        if (pending.length > 0) delivery.accept(pending);
        pending = [];
        await delivery.flush(signal);
      };
      for await (const { samples } of readStored(queue, signal)) {
        const chosen = samples.filter(isChosen);
        pending = pending.length === 0 ? chosen : [...pending, ...chosen];
        if (pending.length >= enough) await send();
      }
      await send();
    },
    close: () => delivery.close(),
  };
}
