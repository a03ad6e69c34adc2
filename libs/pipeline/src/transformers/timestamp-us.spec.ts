import assert from 'node:assert/strict';
import { test } from 'node:test';
import { formatTimestamp } from '@nephometer/sample';
import fc from 'fast-check';
import { timestampUs } from './timestamp-us.ts';

const times: readonly (readonly [string, number])[] = [
  ['1970-01-01T00:00:00', 0],
  ['1970-01-01T00:00:00.000001', 1],
  ['1970-01-01 00:00:01.5', 1_500_000],
  ['1970-01-01T00:00:00.1234569', 123_456],
  ['1970-01-01T00:00:00Z', 0],
  ['1970-01-01T01:00:00+01:00', 0],
  ['1969-12-31T19:00:00.25-0500', 250_000],
  ['2016-02-29T00:00:00', Date.UTC(2016, 1, 29) * 1000],
];

for (const [timestamp, us] of times) {
  test(`${timestamp} is ${us} microseconds after 1970`, () => assert.equal(timestampUs(timestamp), us));
}

for (const timestamp of [
  '',
  'now',
  '2015-02-29T00:00:00',
  '2015-13-01T00:00:00',
  '2015-01-01',
  '2015-01-01T25:00:00',
]) {
  test(`"${timestamp}" is no time`, () => {
    assert.throws(() => timestampUs(timestamp), { code: 'bad_sample', message: /is no time; expected YYYY/ });
  });
}

test('Every time that a sample can have comes back to the microsecond', () => {
  fc.assert(
    fc.property(fc.integer({ min: 0, max: 4e15 }), (us) => {
      assert.equal(timestampUs(formatTimestamp(us / 1000)), us);
    }),
  );
});
