import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { durationFromMs, durationToMs, timestampFromMs, timestampToMs } from './time.ts';

test('a timestamp has whole seconds and non-negative nanoseconds', () => {
  assert.deepEqual(timestampFromMs(0), { seconds: 0n, nanos: 0 });
  assert.deepEqual(timestampFromMs(1500), { seconds: 1n, nanos: 500_000_000 });
  assert.deepEqual(timestampFromMs(-500), { seconds: -1n, nanos: 500_000_000 });
  assert.deepEqual(timestampFromMs(999.9999999), { seconds: 1n, nanos: 0 });
});

test('the parts of a duration have one sign', () => {
  assert.deepEqual(durationFromMs(2250), { seconds: 2n, nanos: 250_000_000 });
  assert.deepEqual(durationFromMs(-2250), { seconds: -2n, nanos: -250_000_000 });
  assert.deepEqual(durationFromMs(-1000), { seconds: -1n, nanos: 0 });
});

test('milliseconds survive the way there and back', () => {
  fc.assert(
    fc.property(fc.integer({ min: -1e14, max: 1e14 }), (ms) => {
      assert.equal(timestampToMs(timestampFromMs(ms)), ms);
      assert.equal(durationToMs(durationFromMs(ms)), ms);
    }),
  );
});
