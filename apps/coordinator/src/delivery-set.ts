import { isDeepStrictEqual } from 'node:util';
import { withDeadline } from '@nephometer/abortable';
import { createDelivery } from '@nephometer/delivery';
import type { Delivery, DeliveryEvents, Ledger } from '@nephometer/delivery';
import type { DurableQueue } from '@nephometer/durable-queue';
import type { Outlet } from '@nephometer/pipeline';
import { completeDelivery, publisherName, publisherProblems } from '@nephometer/pipeline-config';
import type { PipelineConfig, PipelinePublisher } from '@nephometer/pipeline-config';
import { PublishError } from '@nephometer/plugin';
import type { DeliveryOptions, Publisher, PublisherFactory, PublisherSettings, Registry } from '@nephometer/plugin';
import { createPublisher, publisherFactoryOf } from '@nephometer/publishers';
import type { Sample } from '@nephometer/sample';
import { ConfigError } from '@nephometer/service';

/** What a {@link DeliverySet} works with. */
export interface DeliverySetInput {
  readonly publishers: Registry<PublisherFactory>;
  readonly settings: Omit<PublisherSettings, 'warn'>;
  /** A publisher has something to say that fails no samples. */
  readonly onWarning: (publisher: string, message: string) => void;
  /** Opens the queue of a publisher; `onRepair` is told when it had to be repaired in use. */
  readonly openQueue: (publisher: string, onRepair: () => void) => Promise<DurableQueue>;
  readonly events: DeliveryEvents;
  /** A queue that was open cannot be opened again: its publisher goes on without one. */
  readonly onQueueLost: (publisher: string, error: unknown) => void;
}

/** The deliveries that run: one for each publisher that the pipeline names. */
export interface DeliverySet {
  /** By URL, of the last {@link apply}. */
  readonly outlets: ReadonlyMap<string, Outlet>;
  /**
   * Makes what a configuration names and is not there yet. A delivery whose options are others now, or the password of its
   * publisher, begins anew, with what its queue holds. Rejects with a ConfigError if publishers cannot be made, with a QueueError
   * if a new queue cannot be opened; everything is as before then.
   */
  apply(config: PipelineConfig): Promise<void>;
  /**
   * Ends the deliveries that the last {@link apply} does not name. They get until the deadline to send what they have; what is
   * on disk then stays there. Rejects with the signal's reason, after they have ended.
   */
  retire(graceMs: number, signal: AbortSignal): Promise<void>;
  /** Of all deliveries, also those that are ending. */
  ledgers(): readonly Ledger[];
  /** As a delivery's own, for all at the same time. */
  flush(signal: AbortSignal, options?: { readonly untilFailure?: boolean }): Promise<void>;
  /** Ends all at the same time. Safe twice; never rejects. */
  close(): Promise<void>;
}

/** One publisher. What comes while its delivery is changed waits, so that nothing is lost. */
interface Entry {
  readonly name: string;
  url: string;
  publisher: Publisher;
  options: DeliveryOptions;
  delivery: Delivery;
  held: (readonly Sample[])[] | undefined;
  /** The last change of its delivery: they come one after the other. */
  changed: Promise<void>;
}

/** A publisher that a configuration names and that is not there yet. */
interface Candidate {
  readonly name: string;
  readonly url: string;
  readonly publisher: Publisher;
  readonly options: DeliveryOptions;
}

/** Nothing is delivered at first. */
export function createDeliverySet(input: DeliverySetInput): DeliverySet {
  const factories = [...input.publishers.values()];
  let entries: ReadonlyMap<string, Entry> = new Map();
  let outlets: ReadonlyMap<string, Outlet> = new Map();
  let leaving: readonly Entry[] = [];
  let closing: Promise<void> | undefined;

  const all = (): readonly Entry[] => [...entries.values(), ...leaving];

  function optionsOf({ url, delivery }: PipelinePublisher): DeliveryOptions {
    return completeDelivery(delivery, publisherFactoryOf(url, factories)?.delivery);
  }

  /** All of them or none, with everything that is wrong. */
  async function makeCandidates(config: PipelineConfig, wanted: readonly PipelinePublisher[]): Promise<Candidate[]> {
    const candidates: Candidate[] = [];
    const wrong = new Map<string, string>();
    try {
      for (const one of wanted) {
        const name = publisherName(one.url);
        const warn = (message: string): void => input.onWarning(name, message);
        try {
          const publisher = createPublisher(one.url, { ...input.settings, warn }, factories);
          candidates.push({ name, url: one.url, publisher, options: optionsOf(one) });
        } catch (error) {
          if (!(error instanceof PublishError)) throw error;
          wrong.set(one.url, `${name} cannot be made: ${error.message}`);
        }
      }
      const problems = publisherProblems(config, config.file ?? '', (url) => [wrong.get(url) ?? []].flat());
      if (wrong.size > 0) throw new ConfigError(problems);
      return candidates;
    } catch (error) {
      await Promise.all(candidates.map(closePublisher));
      throw error;
    }
  }

  async function closePublisher({ name, publisher }: Pick<Entry, 'name' | 'publisher'>): Promise<void> {
    try {
      await publisher.close();
    } catch (error) {
      input.events.closeFailed?.({ publisher: name, error });
    }
  }

  async function open(candidate: Candidate): Promise<Entry> {
    const queue = candidate.options.queue === 'disk' ? await openQueue(candidate.name) : undefined;
    return { ...candidate, delivery: deliver(candidate, queue), held: undefined, changed: Promise.resolve() };
  }

  function openQueue(name: string): Promise<DurableQueue> {
    return input.openQueue(name, () => {
      // What is in memory no longer fits what is on the disk: it begins anew with that.
      const entry = all().find((candidate) => candidate.name === name);
      if (entry && !closing) change(entry, entry);
    });
  }

  function deliver({ name, publisher, options }: Candidate, queue: DurableQueue | undefined): Delivery {
    const { events } = input;
    // The publisher stays when its delivery begins anew.
    const lent: Publisher = { publish: (samples, signal) => publisher.publish(samples, signal), async close() {} };
    return createDelivery({ name, publisher: lent, options, events, ...(queue && { queue }) });
  }

  /** Ends the delivery of a publisher and begins one with these options, and for this publisher. */
  function change(entry: Entry, { url, publisher, options }: Omit<Candidate, 'name'>): void {
    const former = { name: entry.name, publisher: entry.publisher };
    Object.assign(entry, { url, publisher, options });
    entry.changed = entry.changed.then(async () => {
      entry.held = [];
      await entry.delivery.close();
      if (former.publisher !== publisher) await closePublisher(former);
      let queue: DurableQueue | undefined;
      try {
        queue = options.queue === 'disk' ? await openQueue(entry.name) : undefined;
      } catch (error) {
        input.onQueueLost(entry.name, error);
      }
      entry.delivery = deliver({ name: entry.name, url, publisher, options }, queue);
      for (const samples of entry.held) entry.delivery.accept(samples);
      entry.held = undefined;
    });
  }

  async function shutDown(): Promise<void> {
    await Promise.all(all().map(endEntry));
  }

  async function endEntry(entry: Entry): Promise<void> {
    await entry.changed;
    await entry.delivery.close();
    await closePublisher(entry);
  }

  return {
    get outlets() {
      return outlets;
    },
    async apply(config) {
      const wanted = new Map(
        config.sinks.flatMap(({ publishers }) => publishers.map((one) => [one.url, one] as const)),
      );
      const missing = [...wanted.values()].filter(({ url }) => !entries.has(url));
      const candidates = await makeCandidates(config, missing);
      const formerOf = ({ name }: Candidate): Entry | undefined =>
        [...entries.values()].find((entry) => entry.name === name && !wanted.has(entry.url));
      // With another password it is the same publisher, and its queue is open.
      const [fresh, renewed] = [candidates.filter((one) => !formerOf(one)), candidates.filter(formerOf)];
      const results = await Promise.allSettled(fresh.map(open));
      const opened = results.flatMap((result) => (result.status === 'fulfilled' ? [result.value] : []));
      const failed = results.find((result) => result.status === 'rejected');
      if (failed || closing) {
        await Promise.all(opened.map(endEntry));
        await Promise.all(candidates.map(closePublisher));
        throw failed ? (failed.reason as Error) : new Error('the coordinator ends');
      }
      for (const candidate of renewed) {
        const entry = formerOf(candidate);
        if (entry) change(entry, candidate);
      }
      for (const entry of entries.values()) {
        const publisher = wanted.get(entry.url);
        const options = publisher && optionsOf(publisher);
        if (options && !isDeepStrictEqual(entry.options, options)) change(entry, { ...entry, options });
      }
      const known = new Map([...entries.values(), ...opened].map((entry) => [entry.url, entry]));
      leaving = [...leaving, ...[...known.values()].filter(({ url }) => !wanted.has(url))];
      entries = new Map([...wanted.keys()].flatMap((url) => entryOf(known, url)));
      outlets = new Map([...entries].map(([url, entry]) => [url, outletOf(entry)]));
    },
    async retire(graceMs, signal) {
      const own = leaving;
      const end = async (entry: Entry): Promise<void> => {
        await entry.changed;
        await withDeadline(signal, graceMs, (deadline) => entry.delivery.flush(deadline)).catch(() => undefined);
        await endEntry(entry);
        leaving = leaving.filter((candidate) => candidate !== entry);
      };
      await Promise.all(own.map(end));
      signal.throwIfAborted();
    },
    ledgers: () => all().map(({ delivery }) => delivery.ledger()),
    async flush(signal, options) {
      await Promise.all(
        all().map(async (entry) => {
          await entry.changed;
          await entry.delivery.flush(signal, options);
        }),
      );
    },
    close: () => (closing ??= shutDown()),
  };
}

function outletOf(entry: Entry): Outlet {
  return {
    accept(samples) {
      if (entry.held) entry.held.push(samples);
      else entry.delivery.accept(samples);
    },
  };
}

function entryOf(entries: ReadonlyMap<string, Entry>, url: string): [string, Entry][] {
  const entry = entries.get(url);
  return entry ? [[url, entry]] : [];
}
