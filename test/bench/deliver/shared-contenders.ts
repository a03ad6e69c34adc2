import { createPipeline } from '@nephometer/pipeline';
import type { Pipeline } from '@nephometer/pipeline';
import { completeDelivery } from '@nephometer/pipeline-config';
import { packSamples, unpackSamples } from '@nephometer/sample';
import type { Sample } from '@nephometer/sample';
import type { QueueWorker } from '@nephometer/durable-queue';
import type { Contender } from './contender.ts';
import { createStage } from './contender.ts';
import { createCountingPublisher, createDeliveryContender, openDelivery } from './delivery-contender.ts';
import type { Host, Reply } from './host.ts';

/** What contenders are made with. */
export interface Workshop {
  readonly host: Host;
  readonly worker: QueueWorker;
  readonly directory: string;
}

/** The counting publisher behind a queue, which everything is compared with. */
export function createCounting({ queue, ...workshop }: Workshop & { queue: 'disk' | 'memory' }): Promise<Contender> {
  return createDeliveryContender({
    ...workshop,
    name: 'counting publisher',
    publisher: createCountingPublisher(),
    options: completeDelivery({ queue }),
  });
}

/** What all publishers pay for, step by step. */
export async function createSharedContenders(workshop: Workshop): Promise<readonly Contender[]> {
  const { host } = workshop;
  const cycles = (count: number): readonly (readonly Sample[])[] => host.cycles(count);
  const nowhere = createPipelineTo(() => undefined);
  return [
    await createCounting({ ...workshop, queue: 'memory' }),
    await createCounting({ ...workshop, queue: 'disk' }),
    await createReplyToCounting(workshop),
    createStage('reply to samples', repliesOf(host), (replies) => replies.forEach((reply) => host.samples(reply))),
    createStage('pipeline', cycles, (rows) => rows.forEach((samples) => nowhere.publish(samples))),
    createStage('pack', cycles, (rows) => rows.forEach((samples) => packSamples(samples))),
    createStage(
      'unpack',
      (count) => cycles(count).map((samples) => packSamples(samples)),
      (rows) => rows.forEach((bytes) => unpackSamples(bytes)),
    ),
  ];
}

/** From what an inspector answered to the publisher: the whole way through the coordinator. */
async function createReplyToCounting({ host, ...workshop }: Workshop): Promise<Contender> {
  const name = 'reply to counting publisher';
  const options = completeDelivery({ queue: 'memory' });
  const { delivery, drain, close } = await openDelivery({
    ...workshop,
    name,
    options,
    publisher: createCountingPublisher(),
  });
  const pipeline = createPipelineTo((samples) => delivery.accept(samples));
  return {
    name,
    queue: options.queue,
    prepare(count) {
      const replies = repliesOf(host)(count);
      return async (signal) => {
        for (const reply of replies) pipeline.publish(host.samples(reply));
        await drain(signal);
      };
    },
    close,
  };
}

const repliesOf =
  (host: Host) =>
  (count: number): readonly Reply[] =>
    Array.from({ length: count }, () => host.reply());

/** One source, all meters, one publisher. */
function createPipelineTo(accept: (samples: readonly Sample[]) => void): Pipeline {
  const publishers = [{ url: 'counting://', line: 1 }];
  return createPipeline({
    config: {
      sources: [{ name: 'meters', meters: ['*'], sinks: ['sink'] }],
      sinks: [{ name: 'sink', publishers, transformers: [] }],
    },
    outlets: new Map([['counting://', { accept }]]),
  });
}
