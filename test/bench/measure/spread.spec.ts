import assert from 'node:assert/strict';
import { test } from 'node:test';
import { spreadOf } from './spread.ts';

test('of one measurement, everything is that one', () => {
  assert.deepEqual(spreadOf([3]), { median: 3, q1: 3, q3: 3, min: 3, max: 3 });
});

test('of an odd number, the median is the middle one, whatever the order', () => {
  assert.deepEqual(spreadOf([5, 1, 4, 2, 3]), { median: 3, q1: 2, q3: 4, min: 1, max: 5 });
});

test('of an even number, quantiles lie between neighbours', () => {
  assert.deepEqual(spreadOf([1, 2, 3, 10]), { median: 2.5, q1: 1.75, q3: 4.75, min: 1, max: 10 });
});
