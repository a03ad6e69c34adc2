import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { MeterType } from '@nephometer/sample';
import { createStartTimes } from './start-times.ts';
import type { BatchStartTimes } from './start-times.ts';

/** The start times of points of one series, one after the other. */
function startsOf(
  batch: BatchStartTimes,
  type: MeterType,
  points: readonly (readonly [timeUs: number, volume: number])[],
): readonly number[] {
  return points.map(([timeUs, volume]) => batch.of('guest', `a ${type}`, { type, timeUs, volume }));
}

test('A total counts since its first point, and after a reset since the point before', () => {
  const batch = createStartTimes().begin();
  const points = [
    [100, 5],
    [200, 9],
    [300, 9],
    [400, 2],
    [500, 8],
    [600, 0],
  ] as const;
  assert.deepEqual(startsOf(batch, 'cumulative', points), [100, 100, 100, 300, 300, 500]);
});

test('A delta counts since the one before, a level has no start', () => {
  const batch = createStartTimes().begin();
  const points = [
    [100, 5],
    [200, 9],
    [300, 1],
  ] as const;
  assert.deepEqual(startsOf(batch, 'delta', points), [100, 100, 200]);
  assert.deepEqual(startsOf(batch, 'gauge', points), [0, 0, 0]);
});

test('A point that is not newer changes nothing, and never starts after it ends', () => {
  const batch = createStartTimes().begin();
  const points = [
    [500, 5],
    [600, 9],
    [550, 1],
    [600, 9],
    [400, 3],
    [700, 10],
  ] as const;
  assert.deepEqual(startsOf(batch, 'cumulative', points), [500, 500, 500, 500, 400, 500]);
  assert.deepEqual(startsOf(batch, 'delta', points), [500, 500, 550, 600, 400, 600]);
});

test('A batch that did not arrive gets the same start times again', () => {
  const startTimes = createStartTimes();
  const before = [
    [100, 5],
    [200, 9],
  ] as const;
  const points = [
    [300, 3],
    [400, 7],
    [500, 1],
  ] as const;
  startsOf(startTimes.begin(), 'cumulative', before);
  for (let attempt = 0; attempt < 3; attempt += 1) {
    const batch = startTimes.begin();
    assert.deepEqual(startsOf(batch, 'cumulative', points), [200, 200, 400]);
    batch.undo();
    batch.undo();
  }
  assert.deepEqual(startsOf(startTimes.begin(), 'cumulative', [[600, 10]]), [100]);
});

test('A first batch that did not arrive leaves nothing behind', () => {
  const startTimes = createStartTimes();
  const batch = startTimes.begin();
  startsOf(batch, 'cumulative', [[100, 5]]);
  batch.undo();
  assert.deepEqual(startsOf(startTimes.begin(), 'cumulative', [[200, 6]]), [200]);
});

test('Series of different places and meters are apart', () => {
  const batch = createStartTimes().begin();
  const point = { type: 'cumulative', volume: 1 } as const;
  assert.equal(batch.of('a', 'x', { ...point, timeUs: 100 }), 100);
  assert.equal(batch.of('b', 'x', { ...point, timeUs: 200 }), 200);
  assert.equal(batch.of('a', 'y', { ...point, timeUs: 300 }), 300);
  assert.equal(batch.of('a', 'x', { ...point, timeUs: 400 }), 100);
});

test('Above the limit what was not seen for long is forgotten, and what is seen stays', () => {
  const batch = createStartTimes(10).begin();
  const point = { type: 'cumulative', volume: 1 } as const;
  batch.of('old', 'x', { ...point, timeUs: 1 });
  batch.of('seen', 'x', { ...point, timeUs: 1 });
  for (let timeUs = 2; timeUs < 30; timeUs += 1) {
    batch.of(`other ${timeUs}`, 'x', { ...point, timeUs });
    assert.equal(batch.of('seen', 'x', { ...point, timeUs }), 1);
  }
  assert.equal(batch.of('old', 'x', { ...point, timeUs: 100 }), 100);
});

test('As many series as the limit says are remembered, in whatever order they come', () => {
  const batch = createStartTimes(10).begin();
  const point = { type: 'cumulative', volume: 1 } as const;
  for (let timeUs = 1; timeUs < 20; timeUs += 1) {
    for (let place = 0; place < 5; place += 1) {
      const meters = timeUs % 2 === 0 ? ['a', 'b'] : ['b', 'a'];
      for (const meter of meters) assert.equal(batch.of(`${(place * timeUs) % 5}`, meter, { ...point, timeUs }), 1);
      if (timeUs % 5 === 0) break;
    }
  }
});
