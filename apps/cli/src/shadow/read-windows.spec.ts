import assert from 'node:assert/strict';
import { test } from 'node:test';
import { createWindows } from './read-windows.ts';
import type { MeterStamp } from './read-windows.ts';

function stamps(text: string): MeterStamp[] {
  return text.split(' ').map((part) => {
    const [meter = '', atMs] = part.split('@');
    return { meter, atMs: Number(atMs) };
  });
}

const tables: readonly [what: string, stamps: string, atMs: number, window: readonly [number, number]][] = [
  ['the meters of a cycle share a window', 'a@1000 b@1100 c@1200', 1100, [500, 1700]],
  [
    'a slow cycle is one, and readings at its edges may be slower still',
    'a@9000 b@11000 c@11100',
    11_100,
    [5000, 15_100],
  ],
  ['a meter that comes again begins the next cycle', 'a@1000 b@1100 a@5000 b@5100', 1100, [500, 1600]],
  ['and that cycle has a window of its own', 'a@1000 b@1100 a@5000 b@5100', 5000, [4500, 5600]],
  ['two sources may stamp one meter in one cycle', 'a@1000 a@1500 b@1900', 1900, [0, 2900]],
  ['a long pause ends a cycle', 'a@1000 b@40000', 40_000, [39_500, 40_500]],
  ['stamps come in any order', 'b@1100 a@5000 a@1000', 5000, [4500, 5500]],
];

for (const [what, text, atMs, [fromMs, toMs]] of tables) {
  test(what, () => assert.deepEqual(createWindows(stamps(text))(atMs), { fromMs, toMs }));
}
