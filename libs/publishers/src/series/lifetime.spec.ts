import assert from 'node:assert/strict';
import { test } from 'node:test';
import { beginLifetime, continueLifetime, timeToLive } from './lifetime.ts';

/** The life of a series with samples at these times, in seconds. */
function lifeOf(...seconds: readonly number[]) {
  const life = beginLifetime((seconds[0] ?? 0) * 1000, 0);
  for (const second of seconds.slice(1)) continueLifetime(life, second * 1000, 0);
  return life;
}

test('A series lives for two and a half of the longer one of its last two intervals', () => {
  assert.equal(timeToLive(lifeOf(100), undefined), 1_500_000);
  assert.equal(timeToLive(lifeOf(100, 160), undefined), 150_000);
  assert.equal(timeToLive(lifeOf(100, 160, 170), undefined), 150_000);
  assert.equal(timeToLive(lifeOf(100, 160, 170, 180), undefined), 25_000);
  assert.equal(timeToLive(lifeOf(100, 160), 5000), 5000);
});

test('The same reading again is no interval, and an older one is no news', () => {
  const life = lifeOf(100, 160);
  assert.ok(continueLifetime(life, 160_000, 7));
  assert.equal(life.seenMs, 7);
  assert.equal(continueLifetime(life, 159_000, 9), false);
  assert.deepEqual(life, { timestampMs: 160_000, seenMs: 7, intervalMs: 60_000, intervalBeforeMs: 0 });
});
