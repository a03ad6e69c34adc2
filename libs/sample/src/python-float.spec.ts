import assert from 'node:assert/strict';
import { test } from 'node:test';
import { pythonFloat, pythonVolume } from './python-float.ts';

// What `repr` of CPython 3.11 gives.
const floats: readonly (readonly [number, string])[] = [
  [0, '0.0'],
  [-0, '-0.0'],
  [512, '512.0'],
  [0.1, '0.1'],
  [1e15, '1000000000000000.0'],
  [1e16, '1e+16'],
  [1.5e300, '1.5e+300'],
  [1e-4, '0.0001'],
  [1e-7, '1e-07'],
  [-2.5, '-2.5'],
  [NaN, 'nan'],
  [-Infinity, '-inf'],
];

for (const [value, text] of floats) {
  test(`${text} is written as Python writes it`, () => assert.equal(pythonFloat(value), text));
}

test('a whole volume has a point only where it is a float', () => {
  assert.equal(pythonVolume({ volume: 512, isFloat: true }), '512.0');
  assert.equal(pythonVolume({ volume: 512, isFloat: false }), '512');
  assert.equal(pythonVolume({ volume: 0.5, isFloat: false }), '0.5');
  assert.equal(pythonVolume({ volume: 2 ** 63, isFloat: false }), '9223372036854775808');
  assert.equal(pythonVolume({ volume: -0, isFloat: false }), '0');
  assert.equal(pythonVolume({ volume: 1e21, isFloat: false }), '1000000000000000000000');
});
