import type { Publisher, PublisherFactory } from '@nephometer/plugin';
import type { Sample } from '@nephometer/sample';
import { PublisherError } from '../publisher-error.ts';
import { checkOptionNames, parsePublisherUrl } from '../publisher-url.ts';

/** Most samples that a test publisher keeps; of more, the oldest go. */
export const testPublisherLimit = 10_000;

/** A publisher that keeps samples in memory, for tests of what is before it. */
export interface TestPublisher extends Publisher {
  /** The last samples, at most {@link testPublisherLimit}, oldest first. */
  readonly samples: readonly Sample[];
  /** How often it was called. */
  readonly calls: number;
}

/** An empty test publisher. It keeps what it has after it is closed. */
export function createTestPublisher(): TestPublisher {
  let samples: readonly Sample[] = [];
  let calls = 0;
  let closed = false;
  return {
    get samples() {
      return samples;
    },
    get calls() {
      return calls;
    },
    async publish(batch, signal) {
      signal.throwIfAborted();
      if (closed) throw new PublisherError('closed', 'the test publisher is closed');
      calls += 1;
      samples = [...samples, ...batch].slice(-testPublisherLimit);
      return [];
    },
    async close() {
      closed = true;
    },
  };
}

/** `test://` */
export const testPublisherFactory = {
  scheme: 'test',
  delivery: { queue: 'memory', batchDelayMs: 0 },
  validate(url) {
    const parts = parsePublisherUrl(url);
    return parts ? checkOptionNames(parts, []) : [`"${url}" is not a URL; write test://`];
  },
  create: () => createTestPublisher(),
} as const satisfies PublisherFactory;
