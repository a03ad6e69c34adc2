import assert from 'node:assert/strict';
import { test } from 'node:test';
import { judgeDelta, judgeVolume } from './judge-volume.ts';
import type { VolumeVerdict } from './judge-volume.ts';

interface Row {
  readonly what: string;
  readonly type: string;
  readonly unit?: string;
  readonly theirs: number;
  readonly around: readonly number[];
  readonly ways?: readonly [ours: number, theirs: number];
  readonly verdict: VolumeVerdict;
}

const rows: readonly Row[] = [
  { what: 'the same counter that stands still', type: 'cumulative', theirs: 5, around: [5, 5], verdict: 'equal' },
  {
    what: 'a quotient with another last digit',
    type: 'gauge',
    theirs: 0.1 + 0.2,
    around: [0.3, 0.3],
    verdict: 'equal',
  },
  { what: 'another counter that stands still', type: 'cumulative', theirs: 6, around: [5, 5], verdict: 'differs' },
  { what: 'a counter between two readings', type: 'cumulative', theirs: 6, around: [5, 9], verdict: 'between' },
  { what: 'a counter at the edge', type: 'cumulative', theirs: 9, around: [5, 9], verdict: 'between' },
  { what: 'a counter before the earlier reading', type: 'cumulative', theirs: 4, around: [5, 9], verdict: 'differs' },
  { what: 'a counter that was set back', type: 'cumulative', theirs: 12, around: [10, 2], verdict: 'moved' },
  { what: 'less than nothing after a reset', type: 'cumulative', theirs: -1, around: [10, 2], verdict: 'differs' },
  { what: 'a gauge that nobody saw move', type: 'gauge', theirs: 101, around: [100, 100], verdict: 'differs' },
  { what: 'a gauge in between', type: 'gauge', theirs: 101, around: [100, 110, 90], verdict: 'between' },
  { what: 'a gauge a little beyond', type: 'gauge', theirs: 115, around: [100, 110], ways: [10, 0], verdict: 'moved' },
  {
    what: 'a gauge that only they saw move',
    type: 'gauge',
    theirs: 101,
    around: [100, 100],
    ways: [0, 2],
    verdict: 'moved',
  },
  {
    what: 'a moving gauge in another unit',
    type: 'gauge',
    theirs: 107_520,
    around: [100, 110],
    ways: [10, 9],
    verdict: 'differs',
  },
  {
    what: 'a rate in a burst',
    type: 'gauge',
    unit: 'B/s',
    theirs: 9e6,
    around: [1, 2],
    ways: [1, 9e6],
    verdict: 'moved',
  },
  { what: 'a rate of something idle', type: 'gauge', unit: 'B/s', theirs: 0, around: [0, 0], verdict: 'equal' },
];

for (const { what, type, unit = 'B', theirs, around, ways = [0, 0], verdict } of rows) {
  test(`${what}: ${verdict}`, () => {
    const [ourWay, theirWay] = ways;
    assert.equal(judgeVolume({ type, unit, theirs, around, ourWay, theirWay }), verdict);
  });
}

for (const [theirs, least, most, verdict] of [
  [0, 0, 0, 'equal'],
  [7, 5, 9, 'between'],
  [4, 5, 9, 'differs'],
  [10, 5, 9, 'differs'],
  [3, 0, 0, 'differs'],
] as const) {
  test(`a delta of ${theirs} where ours say ${least} to ${most}: ${verdict}`, () => {
    assert.equal(judgeDelta(theirs, { least, most }), verdict);
  });
}
