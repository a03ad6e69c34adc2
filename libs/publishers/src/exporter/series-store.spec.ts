import assert from 'node:assert/strict';
import { test } from 'node:test';
import { formatTimestamp } from '@nephometer/sample';
import type { Sample } from '@nephometer/sample';
import { exampleSample } from '../example.ts';
import { nativeNaming } from '../series/native-naming.ts';
import type { SeriesOptions } from '../series/series-options.ts';
import { createSeriesStore } from './series-store.ts';
import type { SeriesStore } from './series-store.ts';

const setUp = (options: Partial<SeriesOptions> = {}) =>
  createSeriesStore({ naming: nativeNaming, maxSeries: 100, ...options });

/** A sample of a resource at so many seconds. */
const at = (seconds: number, resourceId = 'r1', fields: Partial<Sample> = {}): Sample =>
  exampleSample({ resourceId, volume: seconds * 1e9, timestamp: formatTimestamp(seconds * 1000), ...fields });

/** Resources and values at so many seconds. */
function shown(store: SeriesStore, seconds: number): readonly string[] {
  return [...store.read(seconds * 1000)].flatMap(({ series }) =>
    [...series].map(({ resource, value }) => `${resource.id}=${value}`),
  );
}

test('Of each series the newest sample is shown, whatever the order in which they come', () => {
  const store = setUp();
  store.update([at(10), at(10, 'r2'), at(20)], 20_000);
  assert.deepEqual(shown(store, 20), ['r1=20', 'r2=10']);
  assert.deepEqual(store.update([at(15), at(5, 'r2')], 21_000), []);
  assert.deepEqual(shown(store, 21), ['r1=20', 'r2=10']);
  assert.equal(store.size, 2);
});

test('A series vanishes after two and a half of its own intervals', () => {
  const store = setUp();
  for (const seconds of [60, 120]) store.update([at(seconds), at(seconds, 'gone')], seconds * 1000);
  store.update([at(180)], 180_000);
  store.update([at(240)], 240_000);
  assert.deepEqual(shown(store, 270), ['r1=240', 'gone=120']);
  assert.deepEqual(shown(store, 271), ['r1=240']);
  assert.equal(store.size, 1);
  store.update([at(280, 'gone')], 280_000);
  assert.deepEqual(shown(store, 280), ['r1=240', 'gone=280']);
});

test('A series vanishes after the time that the option says', () => {
  const store = setUp({ ttlMs: 5000 });
  store.update([at(60)], 60_000);
  assert.deepEqual(shown(store, 65), ['r1=60']);
  assert.deepEqual(shown(store, 66), []);
});

test('A resource with a new name has one series, not two', () => {
  const store = setUp();
  store.update([at(1, 'r1', { resourceMetadata: { display_name: 'old' } })], 0);
  store.update([at(2, 'r1', { resourceMetadata: { display_name: 'new' } })], 0);
  const series = [...store.read(0)].flatMap((family) => [...family.series]);
  assert.deepEqual(
    series.map(({ resource }) => resource.text),
    ['instance_name="new",project_id="p1",resource_id="r1",user_id="u1"'],
  );
});

test('Cards that share a filter, and so an id, are series of their own', () => {
  const store = setUp();
  const card = (name: string) => at(1, 'filter', { resourceMetadata: { name, vnic_name: 'filter', instance_id: 'i' } });
  store.update([card('tap-1'), card('tap-2')], 0);
  assert.equal(store.size, 2);
});

test('Series beyond the limit are refused and counted until others have vanished', () => {
  const store = setUp({ maxSeries: 2, ttlMs: 60_000 });
  const refusal = { samples: 2, reason: 'there are 2 series already; max_series allows no more' };
  assert.deepEqual(store.update([at(1), at(1, 'r2'), at(1, 'r3'), at(1, 'r4'), at(2)], 1000), [refusal]);
  assert.deepEqual(shown(store, 1), ['r1=2', 'r2=1']);
  store.update([at(50)], 50_000);
  // Nobody has read since: room is made when it is needed.
  assert.deepEqual(store.update([at(62, 'r3')], 62_000), []);
  assert.deepEqual(shown(store, 62), ['r1=50', 'r3=62']);
});

test('What cannot be a series is refused with the reason', () => {
  const [refusal] = setUp().update([at(1), at(1, 'r2', { volume: -1 })], 0);
  assert.equal(refusal?.samples, 1);
  assert.match(refusal?.reason ?? '', /cannot be/);
});

test('Who reads slowly sees no series twice and none that began meanwhile', () => {
  const store = setUp({ ttlMs: 5000 });
  store.update([at(1), at(1, 'r2')], 1000);
  const families = store.read(1000);
  const { series } = families.next().value ?? {};
  assert.equal(series?.next().value?.resource.id, 'r1');
  // Both vanish in front of another reader, and begin anew.
  assert.deepEqual(shown(store, 100), []);
  store.update([at(100), at(100, 'r2'), at(100, 'r3'), at(100, 'r4', { name: 'other' })], 100_000);
  assert.equal(series.next().done, true);
  assert.deepEqual([...(families.next().value?.series ?? [])], []);
  assert.deepEqual(shown(store, 100), ['r1=100', 'r2=100', 'r3=100', 'r4=100']);
});
