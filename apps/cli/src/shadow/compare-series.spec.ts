import assert from 'node:assert/strict';
import { test } from 'node:test';
import { compareSeries } from './compare-series.ts';
import { readings } from './example.ts';
import type { Window } from './read-windows.ts';

/** Ceilometer reads within a second of its stamp. */
const windowOf = (atMs: number): Window => ({ fromMs: atMs, toMs: atMs + 1000 });

function kinds(result: ReturnType<typeof compareSeries>): string[] {
  return result.differences.map(({ kind }) => kind);
}

test('a sample is compared once there is a reading before it and one after it', () => {
  const theirs = readings([[5000, 3]]);
  const compared = (times: readonly number[]): number =>
    compareSeries({ ours: readings(times.map((atMs) => [atMs, 3])), theirs }, windowOf).compared;
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
  const { compared, differences } = compareSeries({ ours, theirs }, windowOf);
  assert.equal(compared, 2);
  assert.deepEqual(differences, [{ kind: 'volume', what: '', ours: '20', theirs: '25', atMs: 6500 }]);
});

test('facts may be those of either reading around it, and the nearest ones are shown', () => {
  const [before] = readings([[4000, 1]], { unit: 'MB' });
  const [after] = readings([[9000, 1]], { unit: 'MiB', source: 'x' });
  assert.ok(before && after);
  const against = (more: Parameters<typeof readings>[1]): string[] =>
    kinds(compareSeries({ ours: [before, after], theirs: readings([[5000, 1]], more) }, windowOf));
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
  const { differences } = compareSeries({ ours, theirs }, windowOf);
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
    const result = compareSeries({ ours, theirs }, windowOf);
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
  const few = compareSeries({ ours, theirs: theirs.slice(1) }, windowOf);
  assert.deepEqual([few.moved, kinds(few)], [3, []]);
  const many = compareSeries({ ours, theirs }, windowOf);
  assert.deepEqual([many.moved, kinds(many)], [4, ['volume']]);
});
