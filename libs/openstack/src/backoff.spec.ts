import assert from 'node:assert/strict';
import { test } from 'node:test';
import { createBackoff } from './backoff.ts';
import type { Backoff } from './backoff.ts';
import { createHandClock } from './hand-clock.ts';
import type { HandClock } from './hand-clock.ts';
import { OpenstackError } from './openstack-error.ts';

const error = (retryAfterMs?: number): OpenstackError =>
  new OpenstackError('failed', 'no', retryAfterMs === undefined ? {} : { retryAfterMs });

/** How long it is paused from now on, in whole seconds. */
function pausedS(clock: HandClock, backoff: Backoff): number {
  const startMs = clock.nowMs;
  for (;;) {
    try {
      backoff.check();
      return (clock.nowMs - startMs) / 1000;
    } catch {
      clock.nowMs += 1000;
    }
  }
}

test('Pauses double up to five minutes, and begin anew after a success', () => {
  const clock = createHandClock();
  const backoff = createBackoff(clock, () => 1);
  const pauses = Array.from({ length: 8 }, () => {
    backoff.failed(error());
    return pausedS(clock, backoff);
  });
  assert.deepEqual(pauses, [5, 10, 20, 40, 80, 160, 300, 300]);
  backoff.succeeded();
  backoff.failed(error());
  assert.equal(pausedS(clock, backoff), 5);
});

test('By chance a pause is up to half as short', () => {
  const clock = createHandClock();
  const backoff = createBackoff(clock, () => 0);
  for (const expected of [3, 5, 10]) {
    backoff.failed(error());
    assert.equal(pausedS(clock, backoff), expected);
  }
});

test('Failures of calls that were under way together count for one, and the error stays the same object', () => {
  const clock = createHandClock();
  const backoff = createBackoff(clock, () => 1);
  const first = error();
  for (const failure of [first, error(), error()]) backoff.failed(failure);
  assert.throws(
    () => backoff.check(),
    (thrown) => thrown === first,
  );
  assert.equal(pausedS(clock, backoff), 5);
  backoff.failed(error());
  assert.equal(pausedS(clock, backoff), 10);
});

test('What the other side asks for is heeded, within reason', () => {
  const clock = createHandClock();
  const backoff = createBackoff(clock, () => 0);
  backoff.failed(error(30_000));
  assert.equal(pausedS(clock, backoff), 30);
  backoff.failed(error(1e12));
  assert.equal(pausedS(clock, backoff), 600);
});

test('A call made before the failure that ends well does not end the pause', () => {
  const clock = createHandClock();
  const backoff = createBackoff(clock, () => 1);
  backoff.failed(error());
  backoff.succeeded();
  assert.throws(() => backoff.check());
});
