import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Sample } from '@nephometer/sample';
import { exampleSample } from '../example.ts';
import { ceilometerNaming } from './ceilometer-naming.ts';
import { nativeNaming } from './native-naming.ts';
import { createSeriesReader } from './read-series.ts';

const setUp = (naming = nativeNaming) => createSeriesReader(naming, (labels) => labels);

/** What is wrong with a sample. */
function problemOf(fields: Partial<Sample>): string {
  const point = setUp()(exampleSample(fields));
  return typeof point === 'string' ? point : 'nothing';
}

test('A sample is a point: its metric, its resource, its time in milliseconds and its value in base units', () => {
  const point = setUp()(exampleSample({ volume: 2.5e9 }));
  assert.ok(typeof point !== 'string');
  assert.equal(point.metric.family.seriesName, 'nephometer_cpu_seconds_total');
  assert.equal(point.timestampMs, Date.parse('2026-01-02T03:04:05.678Z'));
  assert.equal(point.value, 2.5);
});

test('Times are UTC unless they have a zone', () => {
  const read = setUp();
  const table = [
    ['2026-01-02T03:04:05', '2026-01-02T03:04:05Z'],
    ['2026-01-02T03:04:05.999999', '2026-01-02T03:04:05.999Z'],
    ['2026-01-02T03:04:05+01:00', '2026-01-02T02:04:05Z'],
    ['2026-01-02T03:04:05.5z', '2026-01-02T03:04:05.500Z'],
  ] as const;
  for (const [timestamp, utc] of table) {
    const point = read(exampleSample({ timestamp }));
    assert.equal(typeof point === 'string' ? point : point.timestampMs, Date.parse(utc), timestamp);
  }
});

test('What cannot be a point is refused with a reason', () => {
  assert.match(problemOf({ timestamp: 'yesterday' }), /timestamp "yesterday"/);
  assert.match(problemOf({ timestamp: '1969-12-31T23:59:59' }), /since 1970/);
  assert.match(problemOf({ volume: -1 }), /nephometer_cpu_seconds_total cannot be/);
  assert.match(problemOf({ volume: NaN }), /cannot be NaN/);
  assert.match(problemOf({ resourceId: 'x'.repeat(9000) }), /labels of "x{100}" have more than 8192/);
  assert.equal(problemOf({ type: 'gauge', volume: -1 }), 'nothing');
});

test('Samples that share their metadata share what was made of their resource, unless they are of another one', () => {
  const read = setUp();
  const resourceMetadata = { display_name: 'a' };
  const resourceOf = (fields: Partial<Sample>): unknown => {
    const point = read(exampleSample({ resourceMetadata, ...fields }));
    return typeof point === 'string' ? point : point.resource;
  };
  const first = resourceOf({});
  assert.equal(resourceOf({ name: 'memory', type: 'gauge' }), first);
  assert.notEqual(resourceOf({ resourceId: 'r2' }), first);
  assert.notEqual(resourceOf({ projectId: 'p2' }), first);
  assert.deepEqual(resourceOf({}), first);
});

test('Two meters cannot be one metric, but one meter may come in several units', () => {
  const read = setUp();
  const idOf = (fields: Partial<Sample>): string => {
    const point = read(exampleSample({ type: 'gauge', ...fields }));
    return typeof point === 'string' ? point : point.metric.id;
  };
  assert.equal(idOf({ name: 'a.b', unit: 'MB' }), idOf({ name: 'a.b', unit: 'KiB' }));
  assert.match(
    idOf({ name: 'a_b', unit: 'B' }),
    /the meter "a_b" \(gauge\) would be .* a name that the meter "a.b" has/,
  );
  assert.match(idOf({ name: 'a.b', unit: 'B', type: 'cumulative' }), /has as a gauge/);
  assert.equal(idOf({ name: 'a_b', unit: 'B' }), idOf({ name: 'a_b', unit: 'B' }));
});

test('In Ceilometer’s naming the unit is a label, so that units are series of their own', () => {
  const read = setUp(ceilometerNaming);
  const ids = ['MB', 'MiB'].map((unit) => {
    const point = read(exampleSample({ name: 'memory', unit, volume: 3 }));
    return typeof point === 'string' ? point : [point.metric.id, point.value];
  });
  assert.notDeepEqual(ids[0], ids[1]);
  assert.deepEqual(
    ids.map((id) => id[1]),
    [3, 3],
  );
});

test('There is an end to the number of metrics', () => {
  const read = setUp();
  let refused = 0;
  for (let index = 0; index <= 10_000; index++) {
    const point = read(exampleSample({ name: `m${index}` }));
    if (typeof point === 'string') refused += 1;
  }
  assert.equal(refused, 1);
  assert.equal(read(exampleSample({ name: 'm-new' })), 'there are 10000 metrics already');
  assert.notEqual(typeof read(exampleSample({ name: 'm0' })), 'string');
});
