import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Sample } from '@nephometer/sample';
import { pythonVolume } from '@nephometer/sample';
import { sampleOf } from '../example.ts';
import type { ReportingTransformer, TransformerSettings } from './factory.ts';
import { createTransformerFactories } from './transformer-factories.ts';

interface Given {
  readonly transformer: string;
  readonly parameters?: unknown;
  readonly settings?: Partial<TransformerSettings>;
}

function create({ transformer, parameters = null, settings = {} }: Given): ReportingTransformer {
  let ids = 0;
  const factories = createTransformerFactories({ nextId: () => `new-${(ids += 1)}`, ...settings });
  const factory = factories.find(({ name }) => name === transformer);
  assert.ok(factory);
  assert.deepEqual(factory.validate(parameters), []);
  return factory.create(parameters) as ReportingTransformer;
}

/** A sample that nobody can change, so many seconds after noon. */
function sampleAt(seconds: number, volume: number, more: Partial<Sample> = {}): Sample {
  const timestamp = new Date(Date.UTC(2026, 6, 21, 12) + seconds * 1000).toISOString().slice(0, -1);
  return Object.freeze({ ...sampleOf('cpu', volume), type: 'cumulative', timestamp, ...more } as const);
}

const volumesOf = (samples: readonly Sample[]): readonly string[] => samples.map(pythonVolume);

test('A new sample has an id of its own, and all else of the one it came from', () => {
  const sample = sampleAt(0, 3, { id: 'old', monotonicTime: 5 });
  const made = create({ transformer: 'unit_conversion', parameters: { target: { unit: 's' } } }).handle(sample);
  assert.deepEqual(made, { ...sample, unit: 's', id: 'new-1' });
  assert.deepEqual(Object.keys(made ?? {}), Object.keys(sample));
  const other = create({ transformer: 'unit_conversion', parameters: { source: { unit: 'B' } } });
  assert.equal(other.handle(sample), sample);
});

test('Ids differ without a source of ids, and name a random node', () => {
  const factory = createTransformerFactories().find(({ name }) => name === 'unit_conversion');
  const transformer = factory?.create(null);
  const [first, second] = [transformer?.handle(sampleAt(0, 1)), transformer?.handle(sampleAt(0, 2))];
  assert.match(first?.id ?? '', /^[\da-f]{8}-[\da-f]{4}-1[\da-f]{3}-[89ab][\da-f]{3}-[\da-f][13579bdf][\da-f]{10}$/);
  assert.notEqual(first?.id, second?.id);
});

test('An integer stays one under an integer, and becomes a float under a float', () => {
  const scales: readonly (readonly [unknown, string])[] = [
    [2, '6'],
    [0.5, '1.5'],
    ['volume * 2', '6'],
    ['volume * 2.0', '6.0'],
    ['volume / 3', '1.0'],
    ['volume // 2', '1'],
    ['volume > 2', '1'],
    ['10 ** 20', '100000000000000000000'],
  ];
  for (const [scale, volume] of scales) {
    const made = create({ transformer: 'unit_conversion', parameters: { target: { scale } } }).handle(sampleAt(0, 3));
    assert.equal(made && pythonVolume(made), volume, String(scale));
  }
  const tooLarge = create({ transformer: 'unit_conversion', parameters: { target: { scale: '10 ** 1000' } } });
  assert.throws(() => tooLarge.handle(sampleAt(0, 3)), { code: 'expression_failed', message: /too large/ });
});

test('Rates go by microseconds, and each meter of each resource has its own', () => {
  const rate = create({ transformer: 'rate_of_change' });
  assert.equal(rate.handle(sampleAt(0, 100, { resourceId: 'a' })), undefined);
  assert.equal(rate.handle(sampleAt(0, 100, { resourceId: 'b' })), undefined);
  assert.equal(rate.handle(sampleAt(0, 100, { resourceId: 'a', name: 'memory' })), undefined);
  assert.equal(rate.handle(sampleAt(0.001, 101, { resourceId: 'a' }))?.volume, 1_000);
  assert.equal(rate.handle(sampleAt(1, 50, { resourceId: 'b' }))?.volume, 50);
  assert.equal(rate.handle(sampleAt(1, 90, { resourceId: 'a', name: 'memory', type: 'gauge' }))?.volume, -10);
  assert.equal(rate.report().held, 3);
});

test('Names that differ only in where the resource begins are not mixed up', () => {
  const rate = create({ transformer: 'rate_of_change' });
  rate.handle(sampleAt(0, 1, { name: 'cpu', resourceId: 'a1' }));
  assert.equal(rate.handle(sampleAt(1, 2, { name: 'cpua', resourceId: '1' })), undefined);
});

test('A sample that cannot be scaled is still the one before the next', () => {
  const scale = '1 / (resource_metadata.vcpus or 0)';
  const rate = create({ transformer: 'rate_of_change', parameters: { target: { scale } } });
  const resourceMetadata = { vcpus: 1 };
  rate.handle(sampleAt(0, 0, { resourceMetadata }));
  assert.throws(() => rate.handle(sampleAt(1, 10)), { code: 'expression_failed' });
  assert.equal(rate.handle(sampleAt(2, 30, { resourceMetadata }))?.volume, 20);
});

test('Of too many series the oldest is forgotten and counted, and what was not seen for long is forgotten', () => {
  let now = 0;
  const settings = { stateLimit: 2, stateAgeMs: 1_000, now: () => now };
  const delta = create({ transformer: 'delta', settings });
  for (const resourceId of ['a', 'b', 'c']) delta.handle(sampleAt(0, 1, { resourceId }));
  assert.deepEqual([delta.report().held, delta.report().evicted], [2, 1]);
  assert.equal(delta.handle(sampleAt(1, 5, { resourceId: 'c' }))?.volume, 4);
  now = 1_001;
  assert.equal(delta.handle(sampleAt(2, 9, { resourceId: 'c' })), undefined);
  assert.equal(delta.report().evicted, 1);
});

test('An aggregator with a size and a time gives at what comes first, by the clock', () => {
  let now = Date.UTC(2026, 6, 21, 12);
  const parameters = { size: 3, retention_time: 60 };
  const aggregator = create({ transformer: 'aggregator', parameters, settings: { now: () => now } });
  const type = 'delta';
  aggregator.handle(sampleAt(0, 1, { type }));
  now += 60_000;
  assert.deepEqual(aggregator.flush(), []);
  now += 1;
  assert.deepEqual(volumesOf(aggregator.flush()), ['1']);
  for (const volume of [2, 3, 4]) aggregator.handle(sampleAt(60, volume, { type }));
  assert.deepEqual(volumesOf(aggregator.flush()), ['9']);
  assert.deepEqual(aggregator.flush(), []);
});

test('An aggregator scales each sample, and knows absent owners from named ones', () => {
  const parameters = { size: 4, target: { scale: 0.5 }, resource_metadata: 'first' };
  const aggregator = create({ transformer: 'aggregator', parameters });
  aggregator.handle(sampleAt(0, 10, { type: 'gauge', resourceMetadata: { step: 1 } }));
  aggregator.handle(sampleAt(0, 30, { type: 'gauge', resourceMetadata: { step: 2 } }));
  aggregator.handle(sampleAt(0, 7, { type: 'gauge', projectId: '<undefined>' }));
  aggregator.handle(sampleAt(0, 8, { userId: 'u' }));
  const given = aggregator.flush();
  assert.deepEqual(volumesOf(given), ['10.0', '3.5', '4.0']);
  assert.deepEqual(given[0]?.resourceMetadata, { step: 1 });
});

test('An aggregator that holds as much as it may gives it, and loses nothing', () => {
  const aggregator = create({ transformer: 'aggregator', parameters: { size: 100 }, settings: { stateLimit: 2 } });
  aggregator.handle(sampleAt(0, 1, { resourceId: 'a' }));
  assert.deepEqual([aggregator.flush(), aggregator.report().held], [[], 1]);
  aggregator.handle(sampleAt(0, 2, { resourceId: 'b' }));
  aggregator.handle(sampleAt(0, 3, { resourceId: 'c' }));
  assert.deepEqual(volumesOf(aggregator.flush()), ['1', '2', '3']);
});

test('One resource that cannot be computed costs another one nothing, and is counted', () => {
  const parameters = { target: { name: 'usage', expr: '$(used) / $(total)' } };
  const arithmetic = create({ transformer: 'arithmetic', parameters });
  for (const [resourceId, total] of [
    ['a', 0],
    ['b', 4],
  ] as const) {
    arithmetic.handle(sampleAt(0, 1, { name: 'used', resourceId }));
    arithmetic.handle(sampleAt(0, total, { name: 'total', resourceId }));
  }
  arithmetic.handle(sampleAt(0, 1, { name: 'used', resourceId: 'c' }));
  assert.deepEqual(volumesOf(arithmetic.flush()), ['0.25']);
  const { failed, error, held } = arithmetic.report();
  assert.deepEqual([failed, held], [1, 1]);
  assert.match(String(error), /division by zero/);
  arithmetic.handle(sampleAt(1, 2, { name: 'total', resourceId: 'c' }));
  assert.deepEqual(volumesOf(arithmetic.flush()), ['0.5']);
});
