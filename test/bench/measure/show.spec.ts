import assert from 'node:assert/strict';
import { test } from 'node:test';
import { counted, rounded, short, withQuartiles } from './show.ts';

test('small numbers have two decimals, others one', () => {
  assert.deepEqual([0, 1.006, 9.994, 9.996, 123.45].map(short), ['0.00', '1.01', '9.99', '10.0', '123.5']);
});

test('large numbers are rounded to three digits, with commas', () => {
  assert.deepEqual([1_234_567, 999.4, 12.34, 0.5].map(rounded), ['1,230,000', '999', '12.3', '0.5']);
});

test('a spread is its median with the quartiles', () => {
  assert.equal(withQuartiles({ median: 2, q1: 1, q3: 30, min: 0, max: 40 }), '2.00 (1.00 to 30.0)');
});

test('one is one, and all else is many', () => {
  assert.deepEqual([counted(1, 'round'), counted(0, 'round')], ['1 round', '0 rounds']);
});
