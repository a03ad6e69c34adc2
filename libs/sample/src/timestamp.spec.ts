import assert from 'node:assert/strict';
import { test } from 'node:test';
import { formatTimestamp } from './timestamp.ts';

test('timestamps are UTC without a zone, and drop a fraction of zero', () => {
  const table: readonly [number, string][] = [
    [0, '1970-01-01T00:00:00'],
    [Date.UTC(2026, 6, 21, 13, 56, 12), '2026-07-21T13:56:12'],
    [Date.UTC(2026, 6, 21, 13, 56, 12) + 0.001, '2026-07-21T13:56:12.000001'],
    [Date.UTC(2026, 6, 21, 13, 56, 12, 500), '2026-07-21T13:56:12.500000'],
    [Date.UTC(2026, 6, 21, 13, 56, 12, 999) + 0.9999, '2026-07-21T13:56:13'],
    [-1, '1969-12-31T23:59:59.999000'],
  ];
  for (const [epochMs, expected] of table) assert.equal(formatTimestamp(epochMs), expected);
});
