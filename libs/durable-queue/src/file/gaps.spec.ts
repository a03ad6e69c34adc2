import assert from 'node:assert/strict';
import { test } from 'node:test';
import { widenGaps } from './gaps.ts';

test('rows that went one after the other are one gap', () => {
  assert.deepEqual(widenGaps([], [3, 4, 5, 9], 1), [
    [3, 5],
    [9, 9],
  ]);
  assert.deepEqual(
    widenGaps(
      [
        [3, 5],
        [9, 9],
      ],
      [6, 7, 8],
      1,
    ),
    [[3, 9]],
  );
});

test('what is below the oldest row is no gap', () => {
  assert.deepEqual(widenGaps([[3, 5]], [8], 7), [[8, 8]]);
  assert.deepEqual(widenGaps([[3, 5]], [], 6), []);
});

test('a queue that is all holes forgets the oldest gaps', () => {
  const gaps = widenGaps(
    [],
    Array.from({ length: 1000 }, (_, index) => 2 * index + 2),
    1,
  );
  assert.equal(gaps.length, 256);
  assert.deepEqual(gaps.at(-1), [2000, 2000]);
});
