import assert from 'node:assert/strict';
import { startHttpSink } from '@nephometer/test-kit';
import type { HttpSink } from '@nephometer/test-kit';

/** What of a sample in a request counts here. */
export interface CollectedSample {
  readonly id: string;
  readonly name: string;
  readonly resource_id: string;
  readonly timestamp: string;
  readonly volume: number;
}

/** A web server that keeps the samples it took, and may hang: it accepts and never answers. */
export interface Collector extends AsyncDisposable {
  readonly sink: HttpSink;
  isHung: boolean;
  /** Those of requests that were answered, in the order in which they came. */
  readonly samples: readonly CollectedSample[];
  /** How long after they were measured they came, in ms, for each of {@link samples}. */
  readonly delaysMs: readonly number[];
}

/** Starts one that answers. */
export async function startCollector(): Promise<Collector> {
  const samples: CollectedSample[] = [];
  const delaysMs: number[] = [];
  const sink = await startHttpSink({
    respond({ body }) {
      if (collector.isHung) return 'stall';
      for (const sample of JSON.parse(body.toString()) as CollectedSample[]) {
        samples.push(sample);
        delaysMs.push(Date.now() - Date.parse(`${sample.timestamp}Z`));
      }
      return {};
    },
  });
  const collector: Collector = {
    sink,
    isHung: false,
    samples,
    delaysMs,
    [Symbol.asyncDispose]: () => sink[Symbol.asyncDispose](),
  };
  return collector;
}

/**
 * Asserts that these samples came, each series in the order of time. One may have come twice, with the same id, and then it
 * says the same.
 */
export function assertCollected(collected: readonly CollectedSample[], expected: readonly CollectedSample[]): void {
  const first = new Map<string, CollectedSample>();
  const latest = new Map<string, string>();
  for (const sample of collected) {
    const known = first.get(sample.id);
    if (known !== undefined) {
      assert.deepEqual(sample, known);
      continue;
    }
    first.set(sample.id, sample);
    const series = `${sample.name} ${sample.resource_id}`;
    assert.ok((latest.get(series) ?? '') < sample.timestamp, `${series} is out of order at ${sample.timestamp}`);
    latest.set(series, sample.timestamp);
  }
  for (const { id, volume, timestamp } of expected) {
    assert.deepEqual([first.get(id)?.volume, first.get(id)?.timestamp], [volume, timestamp], id);
  }
  assert.equal(first.size, expected.length);
}
