import assert from 'node:assert/strict';
import { getEventListeners } from 'node:events';
import { test } from 'node:test';
import { tooLate, waitAtMost } from './wait-at-most.ts';

const timers = (): number => process.getActiveResourcesInfo().filter((name) => name === 'Timeout').length;

test('what settles in time is passed on, and leaves neither a listener nor a timer behind', async () => {
  const { signal } = new AbortController();
  const before = timers();
  assert.equal(await waitAtMost(Promise.resolve(7), 60_000, signal), 7);
  assert.equal(await waitAtMost(Promise.resolve(undefined), 60_000, signal), undefined);
  await assert.rejects(waitAtMost(Promise.reject(new Error('bad')), 60_000, signal), /bad/);
  assert.equal(getEventListeners(signal, 'abort').length, 0);
  assert.equal(timers(), before);
});

test('what has settled already is not too late, however little time there is', async () => {
  const { signal } = new AbortController();
  assert.equal(await waitAtMost(Promise.resolve(7), 0, signal), 7);
  assert.equal(await waitAtMost(Promise.resolve(7), -1, signal), 7);
});

test('what takes longer is too late and goes on: others hear its result, its failure is nobodys', async () => {
  const { signal } = new AbortController();
  const work = Promise.withResolvers<number>();
  assert.equal(await waitAtMost(work.promise, 1, signal), tooLate);
  work.resolve(7);
  assert.equal(await work.promise, 7);

  const failing = Promise.withResolvers<number>();
  assert.equal(await waitAtMost(failing.promise, 1, signal), tooLate);
  failing.reject(new Error('unheard'));
  assert.equal(getEventListeners(signal, 'abort').length, 0);
});

test('an abort ends the wait with its reason, and the work goes on', async () => {
  const controller = new AbortController();
  const before = timers();
  const work = Promise.withResolvers<number>();
  // Longer than one timer can be.
  const waited = waitAtMost(work.promise, 2 ** 40, controller.signal);
  controller.abort(new Error('stop'));
  await assert.rejects(waited, /stop/);
  assert.equal(timers(), before);
  await assert.rejects(waitAtMost(Promise.resolve(7), 60_000, controller.signal), /stop/);
  await assert.rejects(waitAtMost(Promise.reject(new Error('unheard')), 60_000, controller.signal), /stop/);
  work.reject(new Error('too late'));
});
