import assert from 'node:assert/strict';
import { createRegistry } from '@nephometer/plugin';
import type { Publisher, Registry, TransformerFactory } from '@nephometer/plugin';
import type { Sample } from '@nephometer/sample';
import { createPipeline } from './pipeline.ts';
import type { Pipeline, PipelineSettings } from './pipeline.ts';
import { transformerFactories } from './transformers/transformer-factories.ts';

// What the specs of this folder publish, and to whom.

export function sampleOf(name: string, volume: number): Sample {
  return {
    name,
    type: 'gauge',
    unit: '',
    volume,
    isFloat: false,
    userId: null,
    userName: null,
    projectId: null,
    projectName: null,
    resourceId: 'r1',
    timestamp: '2026-07-21T13:56:12',
    resourceMetadata: {},
    source: 'openstack',
    id: String(volume),
    monotonicTime: null,
  };
}

export function samplesOf(name: string, from: number, count: number): readonly Sample[] {
  return Array.from({ length: count }, (_, index) => sampleOf(name, from + index));
}

/** What a test does with a publisher that holds its calls. */
interface HeldPublisher {
  readonly publisher: Publisher;
  /** The volumes of each call. */
  readonly batches: readonly (readonly number[])[];
  /** Most calls that were open at once. */
  readonly mostOpen: () => number;
  /** How often it was closed. */
  readonly closed: () => number;
  /** Lets the oldest call go. */
  readonly deliver: () => void;
  readonly fail: (error: Error) => void;
}

/** A publisher that keeps what it gets, and holds each call until the test lets it go. */
export function createHeldPublisher(): HeldPublisher {
  const batches: (readonly number[])[] = [];
  const held: PromiseWithResolvers<void>[] = [];
  let open = 0;
  let mostOpen = 0;
  let closed = 0;
  const publisher: Publisher = {
    async publish(samples, publishSignal) {
      batches.push(samples.map(({ volume }) => volume));
      mostOpen = Math.max(mostOpen, (open += 1));
      const call = Promise.withResolvers<void>();
      held.push(call);
      const abort = (): void => call.reject(publishSignal.reason);
      publishSignal.addEventListener('abort', abort, { once: true });
      try {
        await call.promise;
      } finally {
        open -= 1;
        publishSignal.removeEventListener('abort', abort);
      }
    },
    async close() {
      assert.equal(open, 0);
      closed += 1;
    },
  };
  return {
    publisher,
    batches,
    mostOpen: () => mostOpen,
    closed: () => closed,
    deliver: () => held.shift()?.resolve(),
    fail: (error: Error) => held.shift()?.reject(error),
  };
}

/** A publisher that takes everything at once. */
export function createOpenPublisher(): { readonly publisher: Publisher; readonly volumes: readonly number[] } {
  const volumes: number[] = [];
  const publisher: Publisher = {
    async publish(samples) {
      volumes.push(...samples.map(({ volume }) => volume));
    },
    async close() {},
  };
  return { publisher, volumes };
}

/** A pipeline from one source of all meters to one sink with these publishers. */
export function pipelineTo(publishers: Record<string, Publisher>, settings: Partial<PipelineSettings> = {}): Pipeline {
  return createPipeline({
    config: {
      sources: [{ name: 'all', meters: ['*'], sinks: ['sink'] }],
      sinks: [{ name: 'sink', publishers: Object.keys(publishers).map((url) => ({ url, line: 1 })), transformers: [] }],
    },
    publishers: new Map(Object.entries(publishers)),
    ...settings,
  });
}

/** Our transformers, and others. */
export function transformersOf(...others: readonly TransformerFactory[]): Registry<TransformerFactory> {
  return createRegistry('transformer', [...transformerFactories, ...others], ({ name }) => name);
}

/** Lets everything go on that waits for nothing else. */
export async function settleDown(): Promise<void> {
  for (let turn = 0; turn < 20; turn += 1) await Promise.resolve();
}
