import type { Publisher } from '@nephometer/plugin';
import type { Sample } from '@nephometer/sample';
import { noneDropped } from './ledger.ts';
import type { DropReason, Ledger } from './ledger.ts';
import { createParcelQueue } from './parcel-queue.ts';
import type { Batch } from './parcel-queue.ts';
import { createParcel, settleSamples } from './parcel.ts';
import type { Parcel } from './parcel.ts';
import { PipelineError } from './pipeline-error.ts';
import type { PipelineEvents } from './pipeline-events.ts';

/** How much a channel holds. Whole numbers of at least 1. */
export interface ChannelLimits {
  /** Most samples that wait for one publisher, besides the batch that is being sent. */
  readonly queueLimit: number;
  /** Most samples in one call of a publisher. */
  readonly batchLimit: number;
}

/** The way to one publisher: a bounded queue in memory and at most one call of the publisher at a time. */
export interface Channel {
  /** Takes samples, and the number of those with an invalid volume, which are counted only. */
  accept(samples: readonly Sample[], invalid: number): Parcel;
  /** Parcels that have samples neither delivered nor dropped. */
  unsettled(): readonly Parcel[];
  ledger(): Ledger;
  /**
   * Drops what waits, aborts what is being sent and waits for the publisher to heed that, then closes it. Safe twice; never
   * rejects.
   */
  close(): Promise<void>;
}

/** An empty channel. It calls its publisher as soon as there is something to send. */
export function createChannel(
  url: string,
  publisher: Publisher,
  limits: ChannelLimits,
  events: PipelineEvents,
): Channel {
  const { queueLimit, batchLimit } = limits;
  const queue = createParcelQueue();
  const unsettled = new Set<Parcel>();
  const dropped = noneDropped();
  const life = new AbortController();
  let polled = 0;
  let delivered = 0;
  let sending = 0;
  let worker: Promise<void> | undefined;
  let overflowing = false;
  let closing: Promise<void> | undefined;

  function settle({ shares }: Batch, outcome: 'delivered' | DropReason): void {
    for (const { parcel, count } of shares) {
      if (outcome === 'delivered') delivered += count;
      else dropped[outcome] += count;
      settleSamples(parcel, count, outcome);
      if (parcel.open === 0) unsettled.delete(parcel);
    }
  }

  /** Lets the oldest samples go until the rest fits. */
  function makeRoom(): void {
    const excess = queue.size() - queueLimit;
    if (excess <= 0) return;
    settle(queue.take(excess), 'queue_full');
    if (!overflowing) events.overflowing?.({ url, queueLimit });
    overflowing = true;
  }

  async function send(batch: Batch): Promise<void> {
    sending = batch.samples.length;
    let outcome: 'delivered' | DropReason = 'delivered';
    let failure: { readonly error: unknown } | undefined;
    try {
      await publisher.publish(batch.samples, life.signal);
    } catch (error) {
      outcome = life.signal.aborted ? 'closed' : 'publish_failed';
      failure = { error };
    }
    sending = 0;
    settle(batch, outcome);
    if (outcome === 'delivered') events.delivered?.({ url, samples: batch.samples.length });
    if (failure && outcome === 'publish_failed') {
      events.publishFailed?.({ url, samples: batch.samples.length, error: failure.error });
    }
  }

  async function work(): Promise<void> {
    while (queue.size() > 0) {
      const batch = queue.take(batchLimit);
      if (queue.size() === 0) overflowing = false;
      await send(batch);
    }
    // In the same turn as the last look at the queue: who adds to it later starts anew.
    worker = undefined;
  }

  async function shutDown(): Promise<void> {
    settle(queue.take(Infinity), 'closed');
    life.abort(new PipelineError('closed', `the pipeline to ${url} was closed`));
    await worker;
    try {
      await publisher.close();
    } catch (error) {
      events.publishFailed?.({ url, samples: 0, error });
    }
  }

  return {
    accept(samples, invalid) {
      const parcel = createParcel(samples, invalid);
      polled += samples.length + invalid;
      dropped.invalid_volume += invalid;
      if (samples.length > 0) unsettled.add(parcel);
      queue.add(parcel);
      makeRoom();
      if (queue.size() > 0) worker ??= work();
      return parcel;
    },
    unsettled: () => [...unsettled],
    ledger: () => ({ url, polled, delivered, queued: queue.size() + sending, dropped: { ...dropped } }),
    close: () => (closing ??= shutDown()),
  };
}
