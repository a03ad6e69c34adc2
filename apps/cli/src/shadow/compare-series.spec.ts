import assert from 'node:assert/strict';
import { test } from 'node:test';
import { compareSeries } from './compare-series.ts';
import type { SeriesTimes } from './compare-series.ts';
import { readings } from './example.ts';
import { createGaps } from './gaps.ts';

/** Ceilometer reads within a second of its stamp, and all that it sent is known. */
const times: SeriesTimes = {
  windowOf: (atMs) => ({ fromMs: atMs, toMs: atMs + 1000 }),
  gaps: createGaps([]),
};

function kinds(result: ReturnType<typeof compareSeries>): string[] {
  return result.differences.map(({ kind }) => kind);
}

test('a sample is compared once there is a reading before it and one after it', () => {
  const theirs = readings([[5000, 3]]);
  const compared = (ourTimes: readonly number[]): number =>
    compareSeries({ ours: readings(ourTimes.map((atMs) => [atMs, 3])), theirs }, times).compared;
  assert.equal(compared([4000]), 0);
  assert.equal(compared([6000, 7000]), 0);
  assert.equal(compared([4000, 5500]), 0, 'it may not have been read yet at 5500');
  assert.equal(compared([4000, 6000]), 1);
  assert.equal(compared([5000, 5500, 6000]), 1);
});

test('a volume that does not fit is shown with ours around it', () => {
  const ours = readings([
    [4000, 10],
    [6000, 20],
    [8000, 20],
  ]);
  const theirs = readings([
    [4500, 15],
    [6500, 25],
  ]);
  const { compared, differences } = compareSeries({ ours, theirs }, times);
  assert.equal(compared, 2);
  assert.deepEqual(differences, [{ kind: 'volume', what: '', ours: '20', theirs: '25', atMs: 6500 }]);
});

test('facts may be those of either reading around it, and the nearest ones are shown', () => {
  const [before] = readings([[4000, 1]], { unit: 'MB' });
  const [after] = readings([[9000, 1]], { unit: 'MiB', source: 'x' });
  assert.ok(before && after);
  const against = (more: Parameters<typeof readings>[1]): string[] =>
    kinds(compareSeries({ ours: [before, after], theirs: readings([[5000, 1]], more) }, times));
  assert.deepEqual(against({ unit: 'MB' }), []);
  assert.deepEqual(against({ unit: 'MiB', source: 'x' }), []);
  assert.deepEqual(against({ unit: 'GB' }), ['unit']);
});

test('a float on one side and an int on the other is a difference of its own', () => {
  const ours = readings([
    [4000, 512],
    [6000, 512],
  ]);
  const theirs = readings([[4500, 512]]).map((reading) => ({ ...reading, isFloat: true }));
  const { differences } = compareSeries({ ours, theirs }, times);
  assert.deepEqual(differences, [{ kind: 'number-form', what: '', ours: '512', theirs: '512.0', atMs: 4500 }]);
});

test('a delta is held against what ours add up to, from its predecessor on', () => {
  const delta = { type: 'delta' };
  const ours = readings(
    [
      [1000, 0],
      [3000, 10],
      [5000, 10],
      [7000, 10],
      [9000, 10],
    ],
    delta,
  );
  const judge = (volume: number): string[] => {
    const theirs = readings(
      [
        [1500, 99],
        [7500, volume],
      ],
      delta,
    );
    const result = compareSeries({ ours, theirs }, times);
    assert.equal(result.compared, 1, 'nobody knows since when the first one counts');
    return kinds(result);
  };
  // Between 2500 and 7500 at least, between 1500 and 8500 at most.
  assert.deepEqual(judge(19), ['volume']);
  assert.deepEqual(judge(20), []);
  assert.deepEqual(judge(40), []);
  assert.deepEqual(judge(41), ['volume']);
});

test('a gauge that moves may be near, but not always beyond ours', () => {
  const gauge = { type: 'gauge' };
  const ours = readings(
    [0, 1, 2, 3, 4, 5].map((index) => [index * 2000, 100 + (index % 2)]),
    gauge,
  );
  const theirs = readings(
    [0, 1, 2, 3].map((index) => [index * 2000 + 500, 102]),
    gauge,
  );
  const few = compareSeries({ ours, theirs: theirs.slice(1) }, times);
  assert.deepEqual([few.moved, kinds(few)], [3, []]);
  const many = compareSeries({ ours, theirs }, times);
  assert.deepEqual([many.moved, kinds(many)], [4, ['volume']]);
});

test('near a gap nothing is compared, and a delta needs its predecessor without one between', () => {
  const minute = 60_000;
  const gaps = createGaps([{ fromMs: 3 * minute, toMs: 4 * minute }]);
  const every = (type: string, volumes: readonly number[]): ReturnType<typeof readings> =>
    readings(
      volumes.map((volume, index) => [(index + 0.5) * minute, volume]),
      { type },
    );
  const ours = readings(
    [0, 1, 2, 3, 4, 5, 6, 7, 8].map((index) => [index * minute, 10]),
    { type: 'gauge' },
  );
  const gauge = compareSeries({ ours, theirs: every('gauge', [10, 10, 7, 7, 7, 10, 10]) }, { ...times, gaps });
  assert.deepEqual([gauge.compared, gauge.doubtful, gauge.differences.length], [4, 3, 0]);

  const [first, , , , , last] = every('delta', [10, 10, 10, 10, 10, 0]);
  assert.ok(first && last);
  const counted = ours.map((reading) => ({ ...reading, facts: first.facts }));
  const delta = compareSeries({ ours: counted, theirs: [first, last] }, { ...times, gaps });
  assert.deepEqual([delta.compared, delta.doubtful], [0, 1]);
  assert.equal(compareSeries({ ours: counted, theirs: [first, last] }, times).differences.length, 1);
});
