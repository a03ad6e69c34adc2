import assert from 'node:assert/strict';
import { test } from 'node:test';
import { formatTimestamp } from '@nephometer/sample';
import fc from 'fast-check';
import { createSampleMicroseconds } from './sample-microseconds.ts';

test('Times are read to the microsecond, with and without a zone', () => {
  const timeOf = createSampleMicroseconds();
  const table = [
    ['1970-01-01T00:00:00', 0],
    ['2026-01-02T03:04:05', 1_767_323_045_000_000],
    ['2026-01-02T03:04:05.678901', 1_767_323_045_678_901],
    ['2026-01-02T03:04:05.6', 1_767_323_045_600_000],
    ['2026-01-02T03:04:05.678901999Z', 1_767_323_045_678_901],
    ['2026-01-02T05:04:05.678901+02:00', 1_767_323_045_678_901],
    ['1969-12-31T23:59:59', undefined],
    ['2255-01-01T00:00:00', 8_993_721_600_000_000],
    ['2256-01-01T00:00:00', undefined],
    ['9999-12-31T23:59:59.999999', undefined],
    ['2026-13-02T03:04:05', undefined],
    ['yesterday', undefined],
    ['', undefined],
  ] as const;
  for (const [text, expected] of table) {
    assert.equal(timeOf(text), expected, text);
    assert.equal(timeOf(text), expected, `${text} once more`);
  }
});

test('Whatever is written as a timestamp is read back exactly', () => {
  const timeOf = createSampleMicroseconds();
  fc.assert(
    fc.property(fc.integer({ min: 0, max: 4_000_000_000_000_000 }), (timeUs) => {
      assert.equal(timeOf(formatTimestamp(timeUs / 1000)), timeUs);
    }),
  );
});
