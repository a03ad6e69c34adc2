import assert from 'node:assert/strict';
import { getEventListeners } from 'node:events';
import { test } from 'node:test';
import { sleep } from './sleep.ts';
import { DeadlineError, withDeadline } from './with-deadline.ts';

const never = (signal: AbortSignal): Promise<void> => sleep(2 ** 40, signal);

test('what finishes in time gives its result and leaves no listener behind', async () => {
  const { signal } = new AbortController();
  assert.equal(await withDeadline(signal, 60_000, async () => 7), 7);
  assert.equal(getEventListeners(signal, 'abort').length, 0);
});

test('what takes too long is aborted with the deadline', async () => {
  const { signal } = new AbortController();
  await assert.rejects(withDeadline(signal, 5, never), new DeadlineError(5));
  assert.equal(getEventListeners(signal, 'abort').length, 0);
});

test('an abort from outside comes through with its reason', async () => {
  const controller = new AbortController();
  const result = withDeadline(controller.signal, 60_000, never);
  controller.abort(new Error('stop'));
  await assert.rejects(result, /stop/);
  await assert.rejects(withDeadline(controller.signal, 60_000, never), /stop/);
});
