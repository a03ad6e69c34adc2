import assert from 'node:assert/strict';
import { test } from 'node:test';
import { formatPythonValue, formatValue } from './format-value.ts';

test('Values are written as Python’s client library for Prometheus writes them', () => {
  // Made by floatToGoString of prometheus_client 0.16.
  const table = [
    [0, '0.0'],
    [-0, '-0.0'],
    [4096, '4096.0'],
    [999999.5, '999999.5'],
    [1e6, '1e+06'],
    [1234567.25, '1.23456725e+06'],
    [7e10, '7e+010'],
    [7000000060000000, '7.00000006e+015'],
    [123456789012345.6, '1.234567890123456e+014'],
    [1e16, '1e+16'],
    [1e300, '1e+300'],
    [-1e6, '-1000000.0'],
    [1e-5, '1e-05'],
    [294.921875, '294.921875'],
    [Infinity, '+Inf'],
    [-Infinity, '-Inf'],
    [NaN, 'NaN'],
  ] as const;
  for (const [value, text] of table) assert.equal(formatPythonValue(value), text);
});

test('Otherwise values are written in the shortest digits that read back', () => {
  const values = [0, 5, 0.1, 1e-9, 1e21, 2 ** 53, Infinity, -Infinity, NaN];
  assert.deepEqual(values.map(formatValue), [
    '0',
    '5',
    '0.1',
    '1e-9',
    '1e+21',
    '9007199254740992',
    '+Inf',
    '-Inf',
    'NaN',
  ]);
});
