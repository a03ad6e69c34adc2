import type { Clock } from '@nephometer/abortable';
import type { DeliveryOptions, Publisher, Refusal } from '@nephometer/plugin';
import type { Sample } from '@nephometer/sample';

// What the specs of this folder deliver, to whom, and by which clock.

export function sampleOf(volume: number, resourceId = 'r1'): Sample {
  return {
    name: 'cpu',
    type: 'gauge',
    unit: '',
    volume,
    isFloat: false,
    userId: null,
    userName: null,
    projectId: null,
    projectName: null,
    resourceId,
    timestamp: '2026-07-21T13:56:12',
    resourceMetadata: {},
    source: 'openstack',
    id: `id-${volume}`,
    monotonicTime: null,
  };
}

export function samplesOf(from: number, count: number): readonly Sample[] {
  return Array.from({ length: count }, (_, index) => sampleOf(from + index));
}

/** Options that hold nothing back, but for what a test is about. */
export function optionsOf(different: Partial<DeliveryOptions> = {}): DeliveryOptions {
  return {
    queue: 'memory',
    queueBytes: 2 ** 25,
    queueAgeMs: 86_400_000,
    batchSize: 5000,
    batchBytes: 2 ** 22,
    batchDelayMs: 0,
    retryDelayMs: 1000,
    retryMaxDelayMs: 60_000,
    concurrency: 1,
    rateLimit: Infinity,
    ...different,
  };
}

/** A publisher whose calls wait until the test ends them. */
export interface HeldPublisher {
  readonly publisher: Publisher;
  /** The volumes of each call, in order. */
  readonly calls: readonly (readonly number[])[];
  readonly open: () => number;
  /** How often it was closed. */
  readonly closed: () => number;
  /** Lets the oldest open call go. */
  readonly deliver: (refusals?: readonly Refusal[]) => void;
  readonly fail: (error: Error) => void;
}

export function createHeldPublisher(): HeldPublisher {
  const calls: (readonly number[])[] = [];
  const held: PromiseWithResolvers<readonly Refusal[]>[] = [];
  let closed = 0;
  const publisher: Publisher = {
    async publish(samples, signal) {
      calls.push(samples.map(({ volume }) => volume));
      const call = Promise.withResolvers<readonly Refusal[]>();
      held.push(call);
      const abort = (): void => {
        held.splice(held.indexOf(call), 1);
        call.reject(signal.reason as Error);
      };
      signal.addEventListener('abort', abort, { once: true });
      try {
        return await call.promise;
      } finally {
        signal.removeEventListener('abort', abort);
      }
    },
    async close() {
      closed += 1;
    },
  };
  return {
    publisher,
    calls,
    open: () => held.length,
    closed: () => closed,
    deliver: (refusals = []) => held.shift()?.resolve(refusals),
    fail: (error) => held.shift()?.reject(error),
  };
}

/** A publisher that takes everything at once. */
export function createOpenPublisher(): { readonly publisher: Publisher; readonly volumes: readonly number[] } {
  const volumes: number[] = [];
  return {
    publisher: {
      async publish(samples) {
        volumes.push(...samples.map(({ volume }) => volume));
        return [];
      },
      async close() {},
    },
    volumes,
  };
}

/** A clock that moves when the test says so. */
export interface StepClock extends Clock {
  /** What sleepers have asked for, shortest first, in ms. */
  readonly waits: () => readonly number[];
  advance(ms: number): Promise<void>;
}

export function createStepClock(): StepClock {
  let nowMs = 1_700_000_000_000;
  const sleepers = new Set<{ readonly untilMs: number; readonly wake: () => void }>();
  return {
    now: () => nowMs,
    sleep: (ms, signal) =>
      new Promise((resolve, reject) => {
        if (signal.aborted) return reject(signal.reason as Error);
        const abort = (): void => {
          sleepers.delete(sleeper);
          reject(signal.reason as Error);
        };
        const sleeper = {
          untilMs: nowMs + ms,
          wake: () => {
            sleepers.delete(sleeper);
            signal.removeEventListener('abort', abort);
            resolve();
          },
        };
        signal.addEventListener('abort', abort, { once: true });
        sleepers.add(sleeper);
      }),
    waits: () => [...sleepers].map(({ untilMs }) => untilMs - nowMs).sort((left, right) => left - right),
    async advance(ms) {
      nowMs += ms;
      for (const { untilMs, wake } of [...sleepers]) if (untilMs <= nowMs) wake();
      await settleDown();
    },
  };
}

/** Lets everything go on that waits for nothing outside. */
export async function settleDown(): Promise<void> {
  for (let turn = 0; turn < 100; turn += 1) await Promise.resolve();
}
