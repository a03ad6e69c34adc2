import { raceAbort } from '@nephometer/abortable';
import type { PipelineConfig } from '@nephometer/pipeline-config';
import type { Publisher, Registry, TransformerFactory } from '@nephometer/plugin';
import type { Sample } from '@nephometer/sample';
import type { Transformed } from './chain.ts';
import type { Channel, ChannelLimits } from './channel.ts';
import { consign } from './consign.ts';
import type { Dropped, Ledger } from './ledger.ts';
import type { Parcel } from './parcel.ts';
import { PipelineError } from './pipeline-error.ts';
import type { PipelineEvents } from './pipeline-events.ts';
import { emptyPlan, planPipeline } from './plan.ts';
import type { Plan } from './plan.ts';

/** Where samples go, and who takes them there. */
export interface PipelineWays {
  readonly config: PipelineConfig;
  /** By URL as in `config`. The pipeline owns them: nobody else publishes to them or closes them. */
  readonly publishers: ReadonlyMap<string, Publisher>;
}

/** What a pipeline is made of. */
export interface PipelineSettings extends PipelineWays, Partial<ChannelLimits> {
  /** What the sinks name in `transformers`. Default none. */
  readonly transformers?: Registry<TransformerFactory>;
  readonly events?: PipelineEvents;
}

/** What became of the samples of one `publish`. */
export interface PublishReport {
  /** Samples handed in. */
  readonly samples: number;
  /** Of these, samples that no source wants. */
  readonly unmatched: number;
  /** One entry per publisher that some samples were for: `polled = delivered + the sum of dropped`. */
  readonly publishers: readonly PublisherReport[];
}

/** What became of the samples for one publisher that came of one `publish`. */
export interface PublisherReport {
  readonly url: string;
  readonly polled: number;
  readonly delivered: number;
  readonly dropped: Dropped;
}

/** The way of the samples from the sources to the publishers, in memory. */
export interface Pipeline {
  /**
   * Hands samples to all publishers at once and resolves when each of them is delivered or dropped. Samples reach a publisher
   * in the order in which they were handed in, over several calls too, of which any number may be open.
   *
   * A sample goes to each publisher of each sink of each source that supports its meter; so twice to a publisher that is
   * reached through two pipelines. Into a sink with transformers it goes once, and what they give goes on from there; they
   * are flushed at the end of each call. A failed batch is not sent again.
   *
   * If aborted it rejects with the signal's reason; what is queued then goes on to the publishers, and the ledgers tell
   * what becomes of it. If aborted before, it takes nothing.
   *
   * @throws PipelineError `closed` after {@link close}; nothing was taken
   */
  publish(samples: readonly Sample[], signal: AbortSignal): Promise<PublishReport>;
  /**
   * Changes to another configuration, at once or not at all, and only what is different: a publisher whose URL is still
   * named stays, with its queue and its ledger; the transformers of a sink stay, with what they keep, if its name and their
   * parameters are the same. Every other transformer starts anew, and what it kept is gone.
   *
   * Resolves when the publishers that are no longer named have sent what they had and are closed; their ledgers are there until
   * then. If aborted meanwhile, what still waits for them is dropped (reason `closed`), they are closed all the same, and it
   * rejects with the signal's reason; the change stays. If aborted before, nothing changes.
   *
   * @param next `publishers`: those of URLs that no ledger has yet; the pipeline owns them as soon as there is one
   * @throws PipelineError as {@link createPipeline}; `publisher_known`, `reconfiguring`, `closed`; nothing has changed then
   */
  reconfigure(next: PipelineWays, signal: AbortSignal): Promise<void>;
  /** Waits until all samples handed in so far are delivered or dropped; rejects with the signal's reason if aborted. */
  flush(signal: AbortSignal): Promise<void>;
  /** One ledger per publisher: in the order of the map handed in, later in that of the configuration; leaving ones last. */
  ledgers(): readonly Ledger[];
  /** One entry per sink that has transformers, in the order of the configuration. */
  transformed(): readonly Transformed[];
  /**
   * Drops what waits (reason `closed`; {@link flush} before to lose nothing), aborts what is being sent, and closes all
   * publishers, at the same time. Waits for each to heed the abort, as its contract says. What transformers keep is gone.
   * Safe twice; never rejects: a publisher that fails to close is an event.
   */
  close(): Promise<void>;
}

/**
 * The pipeline of a configuration. Each publisher has its own queue: at most `queueLimit` samples wait (default 100,000),
 * the oldest go first when it is full; at most `batchLimit` (default 10,000) are in one call of the publisher.
 *
 * @throws PipelineError `sink_missing`, `publisher_missing`, `transformer_missing`, `bad_parameters`, `bad_limit`
 */
export function createPipeline(settings: PipelineSettings): Pipeline {
  const { transformers = new Map(), events = {}, queueLimit = 100_000, batchLimit = 10_000 } = settings;
  const limits = { queueLimit, batchLimit };
  checkLimits(limits);
  const tools = { transformers, events, limits };
  let plan: Plan = planPipeline(settings, [...settings.publishers.keys()], emptyPlan, tools);
  /** Channels of publishers that are no longer named and are not closed yet. */
  let leaving: readonly Channel[] = [];
  let closing: Promise<void> | undefined;

  const channels = (): readonly Channel[] => [...plan.channels.values(), ...leaving];
  const checkOpen = (): void => {
    if (closing) throw new PipelineError('closed', 'the pipeline is closed and takes no more samples');
  };

  async function dismiss(signal: AbortSignal): Promise<void> {
    try {
      await raceAbort(allSettled(leaving.flatMap((channel) => channel.unsettled())), signal);
    } finally {
      await closeAll(leaving);
      leaving = [];
    }
  }

  return {
    async publish(samples, signal) {
      signal.throwIfAborted();
      checkOpen();
      const { consignments, unmatched } = consign(samples, plan.routes);
      const parcels = new Map<string, Parcel>();
      for (const [url, { valid, invalid }] of consignments) {
        const parcel = plan.channels.get(url)?.accept(valid, invalid);
        if (parcel) parcels.set(url, parcel);
      }
      await raceAbort(allSettled(parcels.values()), signal);
      return { samples: samples.length, unmatched, publishers: [...parcels].map(reportOf) };
    },
    async reconfigure(next, signal) {
      signal.throwIfAborted();
      checkOpen();
      if (leaving.length > 0) {
        throw new PipelineError('reconfiguring', 'the change before is not over; wait for it or abort it');
      }
      const urls = next.config.sinks.flatMap(({ publishers }) => publishers.map(({ url }) => url));
      const before = plan;
      plan = planPipeline(next, [...urls, ...next.publishers.keys()], before, tools);
      leaving = [...before.channels].flatMap(([url, channel]) => (plan.channels.has(url) ? [] : [channel]));
      if (leaving.length > 0) await dismiss(signal);
    },
    async flush(signal) {
      await raceAbort(allSettled(channels().flatMap((channel) => channel.unsettled())), signal);
    },
    ledgers: () => channels().map((channel) => channel.ledger()),
    transformed: () => plan.routes.sinks.map(({ chain }) => chain.transformed()),
    close: () => (closing ??= closeAll(channels())),
  };
}

function reportOf([url, { samples, delivered, dropped }]: readonly [string, Parcel]): PublisherReport {
  return { url, polled: samples.length + dropped.invalid_volume, delivered, dropped: { ...dropped } };
}

async function allSettled(parcels: Iterable<Parcel>): Promise<void> {
  await Promise.all([...parcels].map(({ settled }) => settled));
}

async function closeAll(channels: Iterable<Channel>): Promise<void> {
  await Promise.all([...channels].map((channel) => channel.close()));
}

function checkLimits(limits: ChannelLimits): void {
  for (const [name, limit] of Object.entries(limits)) {
    if (Number.isSafeInteger(limit) && limit >= 1) continue;
    throw new PipelineError('bad_limit', `${name} is ${limit}; it must be a whole number of at least 1`);
  }
}
