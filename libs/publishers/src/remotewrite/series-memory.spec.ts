import assert from 'node:assert/strict';
import { test } from 'node:test';
import { formatTimestamp } from '@nephometer/sample';
import { exampleSample } from '../example.ts';
import { nativeNaming } from '../series/native-naming.ts';
import { createSeriesReader } from '../series/read-series.ts';
import { createRefusals } from '../refusals.ts';
import { groupSeries } from './group-series.ts';
import { createSeriesMemory } from './series-memory.ts';
import { staleMarker } from './write-request.ts';
import type { WrittenSeries } from './write-request.ts';
import { writeResource } from './written-resource.ts';

const setUp = (maxSeries = 100) => createSeriesMemory({ naming: nativeNaming, maxSeries });
const read = createSeriesReader(nativeNaming, writeResource);

/** Series of these resources, each with a point at so many seconds. */
function seriesAt(seconds: number, ...resources: readonly string[]): readonly WrittenSeries[] {
  const timestamp = formatTimestamp(seconds * 1000);
  const samples = resources.map((resourceId) => exampleSample({ resourceId, timestamp }));
  return groupSeries(samples, read, createRefusals());
}

function endsOf(series: readonly WrittenSeries[]): readonly (readonly [string, number])[] {
  return series.map(({ resource, points: [point] }) => {
    assert.equal(point?.value, staleMarker);
    return [resource.id, point.timestampMs / 1000] as const;
  });
}

test('A series that is missed ends where its next point would have been, and is told until it is forgotten', () => {
  const memory = setUp();
  for (const seconds of [60, 120, 180, 240]) {
    memory.sent(seriesAt(seconds, 'stays', ...(seconds <= 120 ? ['goes'] : [])), seconds * 1000);
    assert.deepEqual(memory.vanished(seconds * 1000), []);
  }
  for (const seconds of [300, 360]) {
    memory.sent(seriesAt(seconds, 'stays'), seconds * 1000);
    assert.deepEqual(endsOf(memory.vanished(seconds * 1000)), [['goes', 180]]);
  }
  memory.forget(seriesAt(0, 'goes'));
  memory.sent(seriesAt(420, 'stays'), 420_000);
  assert.deepEqual(memory.vanished(420_000), []);
  assert.equal(memory.size, 1);
});

test('A series with one point ends right after it', () => {
  const memory = setUp();
  memory.sent(seriesAt(60, 'once'), 60_000);
  memory.sent(seriesAt(1600, 'other'), 1_600_000);
  assert.deepEqual(endsOf(memory.vanished(1_600_000)), [['once', 60.001]]);
});

test('Neither a receiver that was away nor a host whose clock is wrong ends a series', () => {
  const memory = setUp();
  memory.sent(seriesAt(60, 'a', 'b'), 60_000);
  memory.sent(seriesAt(120, 'a', 'b'), 120_000);
  // After an hour what has waited comes, in order.
  memory.sent(seriesAt(180, 'a'), 3_600_000);
  assert.deepEqual(memory.vanished(3_600_000), []);
  memory.sent(seriesAt(180, 'b'), 3_600_010);
  assert.deepEqual(memory.vanished(3_600_010), []);
  memory.sent(seriesAt(99_999, 'from the future'), 3_600_020);
  assert.deepEqual(memory.vanished(3_600_020), []);
});

test('More series than it may remember are sent, and not ended', () => {
  const memory = setUp(2);
  memory.sent(seriesAt(60, 'a', 'b', 'c'), 60_000);
  assert.equal(memory.size, 2);
  memory.sent(seriesAt(9999, 'd'), 9_999_000);
  assert.deepEqual(
    endsOf(memory.vanished(9_999_000)).map(([id]) => id),
    ['a', 'b'],
  );
});

test('Of very many series some are looked at in each call, until all have been', () => {
  const memory = setUp(100_000);
  const names = Array.from({ length: 25_000 }, (_, index) => `r${index}`);
  memory.sent(seriesAt(60, ...names), 60_000);
  memory.vanished(60_000);
  const ended = new Set<string>();
  for (let call = 0; call < 4; call++) {
    memory.sent(seriesAt(9999 + call, 'other'), 9_999_000);
    const ends = memory.vanished(9_999_000);
    assert.ok(ends.length <= 10_000);
    for (const [id] of endsOf(ends)) ended.add(id);
    memory.forget(ends);
  }
  assert.equal(ended.size, 25_000);
  assert.equal(memory.size, 1);
});
