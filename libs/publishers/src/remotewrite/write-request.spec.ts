import assert from 'node:assert/strict';
import { test } from 'node:test';
import { exampleCycles, exampleSample } from '../example.ts';
import { ceilometerNaming } from '../series/ceilometer-naming.ts';
import { nativeNaming } from '../series/native-naming.ts';
import { createSeriesReader } from '../series/read-series.ts';
import { createRefusals } from '../refusals.ts';
import { seriesLabels } from '../series/resource-labels.ts';
import { decodeRequest } from './decode-request.ts';
import { groupSeries } from './group-series.ts';
import { encodeWriteRequest, staleMarker } from './write-request.ts';
import type { WrittenSeries } from './write-request.ts';
import { createLabelEncoder, writeResource } from './written-resource.ts';

function group(samples: Parameters<typeof groupSeries>[0], naming = nativeNaming) {
  const refusals = createRefusals();
  const series = groupSeries(samples, createSeriesReader(naming, writeResource), refusals);
  return { series, refusals: refusals.list() };
}

test('A request has each series once, its labels in order and its points in time order', () => {
  const { series, refusals } = group(exampleCycles(3, 2).toReversed().flat());
  assert.deepEqual(refusals, []);
  const decoded = decodeRequest(encodeWriteRequest(series, createLabelEncoder()), false);
  assert.equal(decoded.series.length, 18);
  for (const { labels, points } of decoded.series) {
    const names = labels.map(([name]) => name);
    assert.deepEqual(names, [...names].sort());
    assert.equal(points.length, 2);
    assert.equal((points[1]?.timestampMs ?? 0) - (points[0]?.timestampMs ?? 0), 60_000);
  }
  assert.deepEqual(decoded.series[0]?.labels, [
    ['__name__', 'nephometer_cpu_seconds_total'],
    ['flavor', 'm1.tiny'],
    ['instance_id', 'guest-0'],
    ['instance_name', 'wéb-0 "世" 🖥'],
    ['resource_id', 'guest-0'],
    ['user_id', 'u1'],
  ]);
  assert.deepEqual(
    decoded.series[0].points.map(({ value }) => value),
    [7_000_000, 7_000_060],
  );
});

test('Labels of Ceilometer’s naming are in order, too, also before the name', () => {
  const { series } = group([exampleSample({ name: 'CPU.x', unit: '' })], ceilometerNaming);
  const [only] = decodeRequest(encodeWriteRequest(series, createLabelEncoder()), false).series;
  assert.deepEqual(only?.labels.slice(0, 2), [
    ['CPU', 'r1'],
    ['__name__', 'ceilometer_CPU_x'],
  ]);
});

test('Labels are those of the text formats', () => {
  const { series } = group(exampleCycles(2, 1).flat(), ceilometerNaming);
  const decoded = decodeRequest(encodeWriteRequest(series, createLabelEncoder()), false);
  for (const [index, { metric, resource }] of series.entries()) {
    assert.deepEqual(decoded.series[index]?.labels, [
      ['__name__', metric.family.seriesName],
      ...seriesLabels(metric, resource),
    ]);
  }
});

test('The stale marker is the NaN of Prometheus, bit for bit, and another NaN is none', () => {
  const { series } = group([exampleSample({ type: 'gauge', volume: NaN })]);
  const [only] = series;
  assert.ok(only);
  const marked: WrittenSeries = { ...only, points: [...only.points, { timestampMs: 1, value: staleMarker }] };
  const [decoded] = decodeRequest(encodeWriteRequest([marked], createLabelEncoder()), false).series;
  assert.deepEqual(
    decoded?.points.map(({ bits }) => bits),
    [0x7ff8000000000000n, 0x7ff0000000000002n],
  );
});

test('Families are described as receivers know them', () => {
  const { series } = group([exampleSample(), exampleSample({ name: 'memory', type: 'gauge', unit: 'MiB' })]);
  const families = series.map(({ metric }) => metric.family);
  assert.deepEqual(decodeRequest(encodeWriteRequest(series, createLabelEncoder(), families), false).metadata, [
    { type: 1, name: 'nephometer_cpu_seconds_total', help: 'Meter cpu: total, in seconds.', unit: 'seconds' },
    { type: 2, name: 'nephometer_memory_bytes', help: 'Meter memory: level, in bytes.', unit: 'bytes' },
  ]);
});

test('Of two values for one time one is refused, unless they are the same reading', () => {
  const sample = exampleSample({ volume: 1 });
  const { series, refusals } = group([sample, sample, exampleSample({ volume: 2 })]);
  assert.deepEqual(
    series.map(({ points }) => points.length),
    [1],
  );
  assert.deepEqual(refusals, [
    { samples: 1, reason: 'a series of nephometer_cpu_seconds_total has two values for one time' },
  ]);
});

test('One meter in two units is one series', () => {
  const fields = { name: 'memory', type: 'gauge' } as const;
  const { series } = group([
    exampleSample({ ...fields, unit: 'MB', timestamp: '2026-01-02T00:00:00' }),
    exampleSample({ ...fields, unit: 'KiB', timestamp: '2026-01-02T00:01:00' }),
  ]);
  assert.deepEqual(
    series.map(({ points }) => points.map(({ value }) => value)),
    [[5 * 2 ** 20, 5 * 2 ** 10]],
  );
});
