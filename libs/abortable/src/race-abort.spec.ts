import assert from 'node:assert/strict';
import { getEventListeners } from 'node:events';
import { test } from 'node:test';
import { raceAbort } from './race-abort.ts';

test('it settles as the promise does and leaves no listener behind', async () => {
  const { signal } = new AbortController();
  assert.equal(await raceAbort(Promise.resolve(7), signal), 7);
  await assert.rejects(raceAbort(Promise.reject(new Error('bad')), signal), /bad/);
  assert.equal(getEventListeners(signal, 'abort').length, 0);
});

test('an abort comes through before the promise, whose later failure is nobodys', async () => {
  const controller = new AbortController();
  const { promise, reject } = Promise.withResolvers<never>();
  const raced = raceAbort(promise, controller.signal);
  controller.abort(new Error('stop'));
  await assert.rejects(raced, /stop/);
  reject(new Error('too late'));
  await assert.rejects(raceAbort(Promise.reject(new Error('unheard')), controller.signal), /stop/);
});
