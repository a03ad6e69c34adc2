import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { PipelineTransformer } from '@nephometer/pipeline-config';
import { createRegistry } from '@nephometer/plugin';
import type { Registry, TransformerFactory } from '@nephometer/plugin';
import type { Sample } from '@nephometer/sample';
import { createOutlet, sampleOf, samplesOf, transformersOf } from './example.ts';
import { createPipeline } from './pipeline.ts';
import type { Pipeline } from './pipeline.ts';
import type { PipelineEvents } from './pipeline-events.ts';

interface Given {
  readonly transformers: readonly PipelineTransformer[];
  readonly events?: PipelineEvents;
  readonly registry?: Registry<TransformerFactory>;
}

/** All meters to a sink with these transformers and to one without any. */
function createTwoSinks({ transformers, events = {}, registry = transformersOf() }: Given): {
  readonly pipeline: Pipeline;
  readonly changed: readonly number[];
  readonly plain: readonly number[];
} {
  const [changed, plain] = [createOutlet(), createOutlet()];
  const pipeline = createPipeline({
    config: {
      sources: [{ name: 'all', meters: ['*'], sinks: ['changed', 'plain'] }],
      sinks: [
        { name: 'changed', publishers: [{ url: 'changed://' }], transformers },
        { name: 'plain', publishers: [{ url: 'plain://' }], transformers: [] },
      ],
    },
    outlets: new Map([
      ['changed://', changed.outlet],
      ['plain://', plain.outlet],
    ]),
    transformers: registry,
    events,
  });
  return { pipeline, changed: changed.volumes, plain: plain.volumes };
}

/** Fails for odd volumes, and when flushed. */
const brittle: TransformerFactory = {
  name: 'brittle',
  validate: () => [],
  create: () => ({
    handle(sample) {
      if (sample.volume % 2 === 1) throw new Error(`${sample.volume} is odd`);
      return sample;
    },
    flush() {
      throw new Error('cannot be flushed');
    },
  }),
};

const double = { name: 'unit_conversion', parameters: { target: { scale: 2 } } };

test('Samples go through the transformers of a sink in order, and another sink gets them as they were', () => {
  const { pipeline, changed, plain } = createTwoSinks({
    transformers: [double, { name: 'unit_conversion', parameters: { target: { scale: 'volume + 1' } } }],
  });
  const report = pipeline.publish(samplesOf('cpu', 1, 3));
  assert.deepEqual(
    [changed, plain],
    [
      [3, 5, 7],
      [1, 2, 3],
    ],
  );
  assert.equal(report.unmatched, 0);
  assert.deepEqual(pipeline.transformed(), [{ sink: 'changed', taken: 3, given: 3, failed: 0, held: 0, evicted: 0 }]);
});

test('What a transformer gives when it is flushed goes through those behind it only', () => {
  const { pipeline, changed } = createTwoSinks({
    transformers: [double, { name: 'accumulator', parameters: { size: 3 } }, double],
  });
  pipeline.publish(samplesOf('cpu', 1, 2));
  assert.deepEqual([changed, pipeline.transformed()[0]?.held], [[], 2]);
  pipeline.publish(samplesOf('cpu', 3, 2));
  assert.deepEqual(changed, [4, 8, 12, 16]);
  assert.deepEqual(pipeline.transformed(), [{ sink: 'changed', taken: 4, given: 4, failed: 0, held: 0, evicted: 0 }]);
});

test('An accumulator behind an accumulator gives in the batch in which the first one gave', () => {
  const accumulator = { name: 'accumulator', parameters: { size: 2 } };
  const { pipeline, changed } = createTwoSinks({ transformers: [accumulator, accumulator] });
  pipeline.publish(samplesOf('cpu', 1, 2));
  assert.deepEqual(changed, [1, 2]);
});

test('A failing transformer drops that sample alone, is counted, and is told at 1, 10, 100 failures', () => {
  const failures: unknown[] = [];
  const { pipeline, changed, plain } = createTwoSinks({
    transformers: [{ name: 'brittle', parameters: null }, double],
    registry: transformersOf(brittle),
    events: { transformFailed: ({ error, ...event }) => failures.push({ ...event, error: String(error) }) },
  });
  pipeline.publish(samplesOf('cpu', 1, 4));
  assert.deepEqual(
    [changed, plain],
    [
      [4, 8],
      [1, 2, 3, 4],
    ],
  );
  assert.equal(pipeline.transformed()[0]?.failed, 3);
  for (let call = 0; call < 60; call += 1) pipeline.publish([sampleOf('cpu', 1)]);
  assert.deepEqual(failures, [
    { sink: 'changed', transformer: 'brittle', failed: 1, error: 'Error: 1 is odd' },
    { sink: 'changed', transformer: 'brittle', failed: 10, error: 'Error: 1 is odd' },
    { sink: 'changed', transformer: 'brittle', failed: 100, error: 'Error: 1 is odd' },
  ]);
});

test('A result that cannot be made is counted and told', () => {
  const failures: unknown[] = [];
  const { pipeline } = createTwoSinks({
    transformers: [{ name: 'arithmetic', parameters: { target: { expr: '1 / $(cpu)' } } }],
    events: { transformFailed: ({ failed, error }) => failures.push([failed, String(error)]) },
  });
  pipeline.publish([sampleOf('cpu', 0)]);
  pipeline.publish([sampleOf('cpu', 4)]);
  assert.deepEqual(failures, [[1, 'PipelineError: column 3: division by zero']]);
  const { failed, given } = pipeline.transformed()[0] ?? {};
  assert.deepEqual([failed, given], [1, 1]);
});

test('A volume that is no number does not get into a transformer, and goes on to the publisher, which counts it', () => {
  const { pipeline, changed, plain } = createTwoSinks({
    transformers: [{ name: 'unit_conversion', parameters: { target: { scale: 'volume * 1e308 * 10' } } }],
  });
  pipeline.publish([sampleOf('cpu', NaN), sampleOf('cpu', 0), sampleOf('cpu', 1)]);
  assert.deepEqual(
    [changed, plain],
    [
      [0, Infinity],
      [NaN, 0, 1],
    ],
  );
  assert.equal(pipeline.transformed()[0]?.failed, 1);
});

test('A sink with transformers that two sources name takes a sample once', () => {
  const { outlet, volumes } = createOutlet();
  const pipeline = createPipeline({
    config: {
      sources: [
        { name: 'one', meters: ['cpu'], sinks: ['sink'] },
        { name: 'two', meters: ['*'], sinks: ['sink'] },
      ],
      sinks: [{ name: 'sink', publishers: [{ url: 'a://' }, { url: 'a://' }], transformers: [double] }],
    },
    outlets: new Map([['a://', outlet]]),
    transformers: transformersOf(),
  });
  pipeline.publish([sampleOf('cpu', 1), sampleOf('memory', 2)]);
  assert.deepEqual(volumes, [2, 2, 4, 4]);
  assert.equal(pipeline.transformed()[0]?.taken, 2);
});

test('The rates of the default pipeline of 2015 are those of the counters', () => {
  const samples: Sample[] = [];
  const config = {
    sources: [
      { name: 'cpu_source', meters: ['cpu'], sinks: ['cpu_sink', 'cpu_delta_sink'] },
      { name: 'disk_source', meters: ['disk.device.read.bytes'], sinks: ['disk_sink'] },
    ],
    sinks: Object.entries({
      cpu_sink: {
        name: 'rate_of_change',
        parameters: {
          target: {
            name: 'cpu_util',
            unit: '%',
            type: 'gauge',
            scale: '100.0 / (10**9 * (resource_metadata.cpu_number or 1))',
          },
        },
      },
      cpu_delta_sink: { name: 'delta', parameters: { target: { name: 'cpu.delta' }, growth_only: true } },
      disk_sink: {
        name: 'rate_of_change',
        parameters: {
          source: { map_from: { name: '(disk\\.device|disk)\\.(read|write)\\.(bytes|requests)', unit: '(B|request)' } },
          target: { map_to: { name: '\\1.\\2.\\3.rate', unit: '\\1/s' }, type: 'gauge' },
        },
      },
    }).map(([name, transformer]) => ({ name, publishers: [{ url: 'a://' }], transformers: [transformer] })),
  };
  const pipeline = createPipeline({
    config,
    outlets: new Map([['a://', { accept: (batch: readonly Sample[]) => void samples.push(...batch) }]]),
    transformers: transformersOf(),
  });
  for (const [timestamp, cpu, read] of [
    ['2026-07-21T12:00:00', 5e9, 1_000],
    ['2026-07-21T12:00:10.500000', 26e9, 43_000],
  ] as const) {
    const shared = { type: 'cumulative', timestamp, resourceMetadata: { cpu_number: 2 } } as const;
    pipeline.publish([
      { ...sampleOf('cpu', cpu), ...shared, unit: 'ns' },
      { ...sampleOf('disk.device.read.bytes', read), ...shared, unit: 'B' },
    ]);
  }
  assert.deepEqual(
    samples.map(({ name, type, unit, volume, isFloat }) => [name, type, unit, volume, isFloat]),
    [
      ['cpu_util', 'gauge', '%', 100, true],
      ['cpu.delta', 'delta', 'ns', 21e9, false],
      ['disk.device.read.bytes.rate', 'gauge', 'B/s', 4_000, true],
    ],
  );
});

test('A transformer that is not there, and parameters that are wrong, are refused by name', () => {
  const registry = createRegistry<TransformerFactory>('transformer', [], ({ name }) => name);
  assert.throws(() => createTwoSinks({ transformers: [double], registry }), {
    code: 'transformer_missing',
    message: /sink "changed" names the transformer "unit_conversion"/,
  });
  assert.throws(() => createTwoSinks({ transformers: [{ name: 'delta', parameters: 5 }] }), {
    code: 'bad_parameters',
    message: /transformer "delta": expected a mapping/,
  });
});
