import type { PipelineConfig } from '@nephometer/pipeline-config';
import type { Publisher } from '@nephometer/plugin';
import type { Sample } from '@nephometer/sample';
import { createChannel } from './channel.ts';
import type { Channel, ChannelLimits, PipelineEvents } from './channel.ts';
import type { Dropped, Ledger } from './ledger.ts';
import type { Parcel } from './parcel.ts';
import { PipelineError } from './pipeline-error.ts';
import { createRoutes } from './routes.ts';
import { raceAbort } from '@nephometer/abortable';

/** What a pipeline is made of. */
export interface PipelineSettings extends Partial<ChannelLimits> {
  readonly config: PipelineConfig;
  /** By URL as in `config`. The pipeline owns them: nobody else publishes to them or closes them. */
  readonly publishers: ReadonlyMap<string, Publisher>;
  readonly events?: PipelineEvents;
}

/** What became of the samples of one `publish`. */
export interface PublishReport {
  /** Samples handed in. */
  readonly samples: number;
  /** Of these, samples that no source wants. */
  readonly unmatched: number;
  /** One entry per publisher that some of them were for: `polled = delivered + the sum of dropped`. */
  readonly publishers: readonly PublisherReport[];
}

/** What became of the samples of one `publish` that were for one publisher. */
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
   * reached through two pipelines. A failed batch is not sent again.
   *
   * If aborted it rejects with the signal's reason; what is queued then goes on to the publishers, and the ledgers tell
   * what becomes of it. If aborted before, it takes nothing.
   *
   * @throws PipelineError `closed` after {@link close}; nothing was taken
   */
  publish(samples: readonly Sample[], signal: AbortSignal): Promise<PublishReport>;
  /** Waits until all samples handed in so far are delivered or dropped; rejects with the signal's reason if aborted. */
  flush(signal: AbortSignal): Promise<void>;
  /** One ledger per publisher, in the order of the map handed in. */
  ledgers(): readonly Ledger[];
  /**
   * Drops what waits (reason `closed`; {@link flush} before to lose nothing), aborts what is being sent, and closes all
   * publishers, at the same time. Waits for each to heed the abort, as its contract says. Safe twice; never rejects: a
   * publisher that fails to close is an event.
   */
  close(): Promise<void>;
}

/**
 * The pipeline of a configuration. Each publisher has its own queue: at most `queueLimit` samples wait (default 100,000),
 * the oldest go first when it is full; at most `batchLimit` (default 10,000) are in one call of the publisher.
 *
 * @throws PipelineError `sink_missing`, `publisher_missing`, `bad_limit`
 */
export function createPipeline(settings: PipelineSettings): Pipeline {
  const { config, publishers, events = {}, queueLimit = 100_000, batchLimit = 10_000 } = settings;
  checkLimits({ queueLimit, batchLimit });
  checkPublishers(config, publishers);
  const routes = createRoutes(config);
  const channels = new Map<string, Channel>();
  for (const [url, publisher] of publishers) {
    channels.set(url, createChannel(url, publisher, { queueLimit, batchLimit }, events));
  }
  let closing: Promise<void> | undefined;

  return {
    async publish(samples, signal) {
      signal.throwIfAborted();
      if (closing) throw new PipelineError('closed', 'the pipeline is closed and takes no more samples');
      const { consignments, unmatched } = consign(samples, routes);
      const parcels = new Map<string, Parcel>();
      for (const [url, { valid, invalid }] of consignments) {
        const parcel = channels.get(url)?.accept(valid, invalid);
        if (parcel) parcels.set(url, parcel);
      }
      await raceAbort(allSettled(parcels.values()), signal);
      return { samples: samples.length, unmatched, publishers: [...parcels].map(reportOf) };
    },
    async flush(signal) {
      await raceAbort(allSettled([...channels.values()].flatMap((channel) => channel.unsettled())), signal);
    },
    ledgers: () => [...channels.values()].map((channel) => channel.ledger()),
    close: () => (closing ??= closeAll(channels.values())),
  };
}

/** Samples for one publisher. */
interface Consignment {
  readonly valid: Sample[];
  /** Samples whose volume is not a finite number. */
  invalid: number;
}

function consign(
  samples: readonly Sample[],
  routes: (meter: string) => readonly string[],
): { readonly consignments: ReadonlyMap<string, Consignment>; readonly unmatched: number } {
  const consignments = new Map<string, Consignment>();
  let unmatched = 0;
  for (const sample of samples) {
    const urls = routes(sample.name);
    if (urls.length === 0) unmatched += 1;
    for (const url of urls) {
      let consignment = consignments.get(url);
      if (consignment === undefined) consignments.set(url, (consignment = { valid: [], invalid: 0 }));
      if (Number.isFinite(sample.volume)) consignment.valid.push(sample);
      else consignment.invalid += 1;
    }
  }
  return { consignments, unmatched };
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

function checkPublishers({ sinks }: PipelineConfig, publishers: ReadonlyMap<string, Publisher>): void {
  const missing = sinks.flatMap((sink) => sink.publishers).filter(({ url }) => !publishers.has(url));
  if (missing.length === 0) return;
  const urls = [...new Set(missing.map(({ url }) => url))].join(', ');
  throw new PipelineError('publisher_missing', `the sinks name publishers that were not handed in: ${urls}`);
}
