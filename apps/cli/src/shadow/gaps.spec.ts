import assert from 'node:assert/strict';
import { test } from 'node:test';
import { addGap, createGaps } from './gaps.ts';
import type { Window } from './read-windows.ts';

test('a gap reaches half a minute further on both sides', () => {
  const gaps = createGaps([{ fromMs: 100_000, toMs: 200_000 }]);
  const touched = ([fromMs, toMs]: readonly [number, number]): boolean => gaps.touch({ fromMs, toMs });
  assert.deepEqual(
    (
      [
        [0, 69_999],
        [0, 70_000],
        [150_000, 150_001],
        [0, 900_000],
        [230_000, 231_000],
        [230_001, 231_000],
      ] as const
    ).map(touched),
    [false, true, true, true, true, false],
  );
  assert.equal(createGaps([]).touch({ fromMs: 0, toMs: Infinity }), false);
});

test('gaps that come soon after each other are one', () => {
  const gaps: Window[] = [];
  addGap(gaps, { fromMs: 0, toMs: 1000 });
  addGap(gaps, { fromMs: 31_000, toMs: 32_000 });
  addGap(gaps, { fromMs: 500, toMs: 31_500 });
  addGap(gaps, { fromMs: 62_001, toMs: 63_000 });
  assert.deepEqual(gaps, [
    { fromMs: 0, toMs: 32_000 },
    { fromMs: 62_001, toMs: 63_000 },
  ]);
});
