import { sleep } from '@nephometer/abortable';
import type { Clock } from '@nephometer/abortable';
import type { DurableQueue } from '@nephometer/durable-queue';
import { PublishError } from '@nephometer/plugin';
import type { DeliveryOptions, Publisher } from '@nephometer/plugin';
import type { Sample } from '@nephometer/sample';
import { createBackoff } from './backoff.ts';
import { createBacklog } from './backlog.ts';
import type { DeliveryEvents } from './delivery-events.ts';
import { createGate } from './gate.ts';
import { divideIntoLanes, splitShares } from './lanes.ts';
import type { Ledger } from './ledger.ts';
import { createRateLimit } from './rate-limit.ts';
import type { Batch, Share } from './row.ts';

/** What a delivery is made of. It owns the publisher and the queue: nobody else publishes to the one or writes to the other. */
export interface DeliverySettings {
  /** Name of the publisher in ledger and events: its URL without passwords. */
  readonly name: string;
  readonly publisher: Publisher;
  readonly options: DeliveryOptions;
  /** Where samples wait; absent: in memory. */
  readonly queue?: DurableQueue;
  readonly events?: DeliveryEvents;
  /** Tells the time and waits; the system's by default. */
  readonly clock?: Clock;
  /** From 0 to below 1; for the waits between two attempts. */
  readonly random?: () => number;
}

/** The way of samples to one publisher, at its own pace: it holds nobody else. */
export interface Delivery {
  /** Takes samples, in order. Never waits and never throws: what there is no room for is dropped and counted. */
  accept(samples: readonly Sample[]): void;
  /**
   * Resolves when all that was accepted is delivered or dropped, without waiting for others to fill a batch; or, if
   * `untilFailure`, when an attempt to send it fails; or when the delivery is closed. Rejects with the signal's reason.
   */
  flush(signal: AbortSignal, options?: { readonly untilFailure?: boolean }): Promise<void>;
  ledger(): Ledger;
  /**
   * Aborts what is being sent and waits for the publisher to heed that, closes it, then the queue. What waits stays on disk;
   * without a queue it is dropped (reason `closed`). Safe twice; never rejects: what goes wrong is an event.
   */
  close(): Promise<void>;
}

const systemClock: Clock = { now: Date.now, sleep };

/** A delivery that begins at once with what its queue holds. */
export function createDelivery(settings: DeliverySettings): Delivery {
  const { name, publisher, options, queue, events = {}, clock = systemClock, random = Math.random } = settings;
  const { batchSize, batchBytes, batchDelayMs, concurrency, rateLimit } = options;
  const backlog = createBacklog({ publisher: name, options, queue, events, clock });
  const limit = createRateLimit(rateLimit, clock);
  const hurry = createGate();
  const life = new AbortController();
  let flushes = 0;
  let failures = 0;
  let closing: Promise<void> | undefined;

  /** Waits for others to go with what waits, unless somebody is in a hurry. */
  async function gather(): Promise<void> {
    if (batchDelayMs === 0 || backlog.waiting >= batchSize * concurrency || flushes > 0) return;
    const enough = new AbortController();
    const end = (): void => enough.abort();
    life.signal.addEventListener('abort', end, { once: true });
    const ways = [
      clock.sleep(batchDelayMs, enough.signal),
      backlog.untilWaiting(batchSize * concurrency, enough.signal),
      hurry.until(() => flushes > 0, enough.signal),
    ].map((way) => way.catch(() => undefined));
    await Promise.race(ways);
    enough.abort();
    life.signal.removeEventListener('abort', end);
  }

  /** A disk that cannot be read, or a thread that was lost, is no reason to end everything: others have queues, too. */
  async function take(): Promise<Batch> {
    const backoff = createBackoff(options, random);
    for (;;) {
      life.signal.throwIfAborted();
      backlog.expire();
      try {
        return await backlog.take({ samples: batchSize * concurrency, bytes: batchBytes * concurrency });
      } catch (error) {
        life.signal.throwIfAborted();
        events.unreadable?.({ publisher: name, error });
        failures += 1;
        hurry.look();
        await clock.sleep(backoff.next(undefined), life.signal);
      }
    }
  }

  async function work(): Promise<void> {
    for (;;) {
      await backlog.untilWaiting(1, life.signal);
      await gather();
      const batch = await take();
      await limit.pass(batch.samples.length, life.signal);
      // All of them, also when they end by the abort: the publisher is closed only when no call is open.
      const results = await Promise.allSettled(divideIntoLanes(batch, concurrency).map(deliver));
      for (const result of results) if (result.status === 'rejected') throw result.reason;
    }
  }

  /** Sends until all of a batch is delivered or refused. Rejects only when the delivery is closed. */
  async function deliver(batch: Batch): Promise<void> {
    const backoff = createBackoff(options, random);
    let { samples, shares } = batch;
    while (samples.length > 0) {
      life.signal.throwIfAborted();
      try {
        const refusals = await publisher.publish(samples, life.signal);
        for (const { samples: count, reason } of refusals) shares = refuse(shares, count, reason);
        settleDelivered(shares);
        return;
      } catch (error) {
        life.signal.throwIfAborted();
        const { done, isPermanent, retryAfterMs } = takeError(error, samples.length);
        const { front, rest } = splitShares(shares, done);
        settleDelivered(front);
        samples = samples.slice(done);
        shares = rest;
        if (isPermanent) {
          refuse(shares, samples.length, messageOf(error));
          return;
        }
        failures += 1;
        events.failed?.({ publisher: name, samples: samples.length, error });
        hurry.look();
        const waitMs = backoff.next(retryAfterMs);
        backlog.expire();
        await clock.sleep(waitMs, life.signal);
      }
    }
  }

  /** The first of some samples are refused; which ones they were is not told, and does not matter for the numbers. */
  function refuse(shares: readonly Share[], count: number, reason: string): readonly Share[] {
    const { front, rest } = splitShares(shares, count);
    const samples = countOf(front);
    // Nothing is lost by a refusal of no samples, but something is wrong at the target.
    if (samples === 0 && count > 0) return rest;
    backlog.settle(front, 'refused');
    events.refused?.({ publisher: name, samples, reason });
    return rest;
  }

  function settleDelivered(shares: readonly Share[]): void {
    const samples = countOf(shares);
    if (samples === 0) return;
    backlog.settle(shares, 'delivered');
    events.delivered?.({ publisher: name, samples });
  }

  async function shutDown(): Promise<void> {
    life.abort(new Error(`the delivery to ${name} was closed`));
    hurry.look();
    await working;
    for (const close of [() => publisher.close(), () => backlog.close()]) {
      try {
        await close();
      } catch (error) {
        events.closeFailed?.({ publisher: name, error });
      }
    }
  }

  const working = work().catch((error: unknown) => {
    if (!life.signal.aborted) throw error;
  });

  return {
    accept: (samples) => backlog.accept(samples),
    async flush(signal, { untilFailure = false } = {}) {
      const before = failures;
      flushes += 1;
      hurry.look();
      const over = new AbortController();
      const forward = (): void => over.abort(signal.reason);
      if (signal.aborted) forward();
      signal.addEventListener('abort', forward, { once: true });
      const isOver = (): boolean => life.signal.aborted || (untilFailure && failures > before);
      const ways = [backlog.untilEmpty(over.signal), hurry.until(isOver, over.signal)];
      try {
        await Promise.race(ways);
      } finally {
        flushes -= 1;
        signal.removeEventListener('abort', forward);
        for (const way of ways) way.catch(() => undefined);
        over.abort();
      }
    },
    ledger: () => backlog.ledger(),
    close: () => (closing ??= shutDown()),
  };
}

interface TakenError {
  readonly done: number;
  readonly isPermanent: boolean;
  readonly retryAfterMs: number | undefined;
}

function takeError(error: unknown, samples: number): TakenError {
  if (!(error instanceof PublishError)) return { done: 0, isPermanent: false, retryAfterMs: undefined };
  const { isPermanent, retryAfterMs } = error;
  return { done: Math.max(0, Math.min(error.done, samples)), isPermanent, retryAfterMs };
}

function countOf(shares: readonly Share[]): number {
  return shares.reduce((sum, { count }) => sum + count, 0);
}

function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
