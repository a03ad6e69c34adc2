import assert from 'node:assert/strict';
import { test } from 'node:test';
import { facts } from './example.ts';
import type { Observation } from './observation.ts';
import { createSeriesStore } from './series-store.ts';

function observation(atMs: number, more: Partial<Observation> = {}): Observation {
  return { meter: 'cpu', resourceId: 'guest-1', atMs, volume: atMs, isFloat: false, facts, ...more };
}

test('readings are in the order of time, however they come, and by series', () => {
  const store = createSeriesStore();
  for (const atMs of [3, 1, 2]) store.add('theirs', observation(atMs));
  store.add('ours', observation(2));
  store.add('ours', observation(1, { meter: 'a' }));
  const series = store.series();
  assert.deepEqual(
    series.map(({ meter }) => meter),
    ['a', 'cpu'],
  );
  assert.deepEqual(
    series[1]?.theirs.map(({ atMs }) => atMs),
    [1, 2, 3],
  );
  assert.deepEqual([store.count('ours'), store.count('theirs')], [2, 3]);
});

test('a sample that two sinks bring counts once; another one of the same time does not go away', () => {
  const store = createSeriesStore();
  store.add('ours', observation(1));
  store.add('ours', observation(2));
  store.add('ours', observation(1, { facts: structuredClone(facts) }));
  store.add('ours', observation(1, { volume: 7 }));
  assert.deepEqual(
    store.series()[0]?.ours.map(({ volume }) => volume),
    [7, 1, 2],
  );
  assert.equal(store.count('ours'), 3);
});

test('what is too much goes, the oldest first, and is counted', () => {
  const store = createSeriesStore(2);
  for (const atMs of [1, 2, 3]) store.add('ours', observation(atMs));
  assert.deepEqual(
    store.series()[0]?.ours.map(({ atMs }) => atMs),
    [2, 3],
  );
  assert.equal(store.forgotten, 1);
});

test('samples that say the same share what they say', () => {
  const store = createSeriesStore();
  store.add('ours', observation(1));
  store.add('theirs', observation(2, { facts: structuredClone(facts) }));
  const [series] = store.series();
  assert.equal(series?.ours[0]?.facts, series?.theirs[0]?.facts);
});
