import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { compareCodePoints } from './code-point-order.ts';

test('What lies beyond U+FFFF comes after all that does not', () => {
  const sorted = [
    '',
    'a',
    'a\u{10000}',
    'b',
    '\ud7ff',
    '\ue000',
    '\uffff',
    '\u{10000}',
    '\u{10000}\uffff',
    '\u{1f600}',
  ];
  assert.deepEqual([...sorted].reverse().sort(compareCodePoints), sorted);
  // The order of JavaScript is another one: this test would see it.
  assert.notDeepEqual([...sorted].sort(), sorted);
});

test('The order is that of the code points of both texts', () => {
  const text = fc.string({ unit: fc.constantFrom('a', 'b', '\ud7ff', '\ue000', '\uffff', '\u{10000}', '\u{1f600}') });
  fc.assert(
    fc.property(fc.oneof(text, fc.string({ unit: 'binary' })), text, (a, b) => {
      assert.equal(Math.sign(compareCodePoints(a, b)), compareLists(codePoints(a), codePoints(b)));
    }),
    { numRuns: 1000 },
  );
});

function codePoints(text: string): readonly number[] {
  return Array.from(text, (character) => character.codePointAt(0) ?? 0);
}

function compareLists([a, ...restOfA]: readonly number[], [b, ...restOfB]: readonly number[]): number {
  if (a === undefined || b === undefined) return Number(b === undefined) - Number(a === undefined);
  return a === b ? compareLists(restOfA, restOfB) : Math.sign(a - b);
}
