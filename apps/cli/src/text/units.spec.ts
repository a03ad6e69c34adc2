import assert from 'node:assert/strict';
import { test } from 'node:test';
import { formatBytes, formatCount, formatNanoseconds, formatPercent } from './units.ts';

const bytes: readonly [number | bigint, string][] = [
  [0, '0 B'],
  [1023, '1023 B'],
  [1024, '1.00 KiB'],
  [1536n, '1.50 KiB'],
  [10_240, '10.0 KiB'],
  [1024 ** 2 - 1, '1.00 MiB'],
  [24_587_648_512, '22.9 GiB'],
  [2n ** 63n, '8.00 EiB'],
  [0.4, '0 B'],
];
for (const [value, text] of bytes) test(`${value} bytes read ${text}`, () => assert.equal(formatBytes(value), text));

const counts: readonly [number | bigint, string][] = [
  [0, '0'],
  [999n, '999'],
  [1000, '1.00 k'],
  [12_345, '12.3 k'],
  [999_999, '1.00 M'],
  [3.14159, '3.14'],
  [18_446_744_073_709_551_615n, '18446744 T'],
];
for (const [value, text] of counts)
  test(`a count of ${value} reads ${text}`, () => assert.equal(formatCount(value), text));

const spans: readonly [number | bigint, string][] = [
  [0, '0 s'],
  [850, '850 ns'],
  [1_500_000, '1.50 ms'],
  [999_600_000, '1.00 s'],
  [59_900_000_000n, '59.9 s'],
  [60_000_000_000n, '1m 00s'],
  [245_000_000_000n, '4m 05s'],
  [11_220_000_000_000n, '3h 07m'],
  [1_051_200_000_000_000n, '12d 04h'],
];
for (const [value, text] of spans) test(`${value} ns read ${text}`, () => assert.equal(formatNanoseconds(value), text));

test('shares have their own form', () => {
  assert.equal(formatPercent(0), '0.0');
  assert.equal(formatPercent(12.34), '12.3');
  assert.equal(formatPercent(99.97), '100');
  assert.equal(formatPercent(100), '100');
});
