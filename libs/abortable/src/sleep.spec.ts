import assert from 'node:assert/strict';
import { getEventListeners } from 'node:events';
import { test } from 'node:test';
import { sleep } from './sleep.ts';

test('sleeping ends by itself and leaves no listener behind', async () => {
  const { signal } = new AbortController();
  await sleep(1, signal);
  await sleep(-1, signal);
  assert.equal(getEventListeners(signal, 'abort').length, 0);
});

test('an aborted sleep rejects with the reason', async () => {
  const controller = new AbortController();
  // Longer than one timer can be: it must neither fire at once nor keep the process alive after the abort.
  const slept = sleep(2 ** 40, controller.signal);
  controller.abort(new Error('enough'));
  await assert.rejects(slept, /enough/);
  await assert.rejects(sleep(1, controller.signal), /enough/);
});
