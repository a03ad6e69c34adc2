import { join } from 'node:path';
import { createDelivery } from '@nephometer/delivery';
import type { Delivery, Ledger } from '@nephometer/delivery';
import type { QueueWorker } from '@nephometer/durable-queue';
import type { DeliveryOptions, Publisher } from '@nephometer/plugin';
import type { Contender } from './contender.ts';
import type { Host } from './host.ts';
import { watchQueue } from './watched-queue.ts';

/** What a delivery under measurement is made of. */
export interface DeliveryContenderInput {
  readonly name: string;
  readonly publisher: Publisher;
  /** Complete, as the coordinator would have them. */
  readonly options: DeliveryOptions;
  readonly host: Host;
  /** Where queues on disk go. */
  readonly worker: QueueWorker;
  readonly directory: string;
  /** Waited for after each cycle, when it is delivered; absent: cycles come all at once, as after an outage. */
  readonly afterCycle?: (signal: AbortSignal) => Promise<void>;
}

/** A delivery that can be given samples. */
export interface OpenDelivery {
  readonly delivery: Delivery;
  /** Resolves when everything is delivered and the disk has nothing to do. Rejects with what a publisher failed with. */
  readonly drain: (signal: AbortSignal) => Promise<void>;
  /** Closes it; says so if the target refused samples. Rejects if any was dropped for other reasons, or is left. */
  readonly close: () => Promise<string | undefined>;
}

/** A delivery from a queue of the kind that the options name. */
export async function openDelivery(
  input: Pick<DeliveryContenderInput, 'name' | 'publisher' | 'options' | 'worker' | 'directory'>,
): Promise<OpenDelivery> {
  const { name, publisher, options, worker, directory } = input;
  const path = join(directory, `${encodeURIComponent(name)}.sqlite`);
  const watched = options.queue === 'disk' ? watchQueue(await worker.open(path)) : undefined;
  let failure: unknown;
  let refusal = '';
  const delivery = createDelivery({
    name,
    publisher,
    options,
    events: {
      failed: ({ error }) => (failure ??= error),
      refused: ({ reason }) => void (refusal = reason),
      notStored: ({ error }) => (failure ??= error),
      closeFailed: ({ error }) => (failure ??= error),
    },
    ...(watched && { queue: watched.queue }),
  });
  const check = (): void => {
    if (failure !== undefined) throw failure as Error;
    const problem = problemOf(delivery.ledger());
    if (problem !== undefined) throw new Error(problem);
  };
  return {
    delivery,
    async drain(signal) {
      await delivery.flush(signal, { untilFailure: true });
      await watched?.idle();
      check();
    },
    async close() {
      await delivery.close();
      check();
      const { polled, dropped } = delivery.ledger();
      if (dropped.refused === 0) return undefined;
      const percent = ((dropped.refused / polled) * 100).toFixed(1);
      return `${percent} % of the samples were refused, for example: ${refusal}`;
    },
  };
}

/** A publisher as the coordinator delivers to it. */
export async function createDeliveryContender(input: DeliveryContenderInput): Promise<Contender> {
  const { name, options, host, afterCycle } = input;
  const { delivery, drain, close } = await openDelivery({ ...input, name: `${name} ${options.queue}` });
  return {
    name,
    queue: options.queue,
    prepare(count) {
      const cycles = host.cycles(count);
      return async (signal) => {
        for (const samples of cycles) {
          delivery.accept(samples);
          if (afterCycle === undefined) continue;
          await drain(signal);
          await afterCycle(signal);
        }
        await drain(signal);
      };
    },
    close,
  };
}

/** A publisher that only counts: what is left is what everything before it costs. */
export function createCountingPublisher(): Publisher & { readonly samples: number } {
  let counted = 0;
  return {
    get samples() {
      return counted;
    },
    async publish(samples) {
      counted += samples.length;
      return [];
    },
    async close() {},
  };
}

/** What a ledger has that it should not have, when everything is delivered or refused. */
export function problemOf({ queued, dropped }: Ledger): string | undefined {
  const lost = Object.entries(dropped).filter(([reason, samples]) => samples > 0 && reason !== 'refused');
  if (queued > 0) return `${queued} samples were not delivered`;
  return lost.length > 0 ? `samples were dropped: ${lost.map((entry) => entry.join(' ')).join(', ')}` : undefined;
}
