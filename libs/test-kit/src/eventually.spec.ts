import assert from 'node:assert/strict';
import { test } from 'node:test';
import { eventually } from './eventually.ts';

test('it tries until nothing is thrown and gives the result', async () => {
  let attempts = 0;
  const result = await eventually(() => {
    attempts++;
    assert.equal(attempts, 3);
    return 'done';
  });
  assert.equal(result, 'done');
});

test('an abort ends the trying with its reason', async () => {
  const controller = new AbortController();
  const reason = new Error('enough');
  const trying = eventually(async () => {
    controller.abort(reason);
    throw new Error('not yet');
  }, controller.signal);
  await assert.rejects(trying, reason);
});

test('an abort also ends the wait for an attempt that does not settle', async () => {
  const controller = new AbortController();
  const reason = new Error('enough');
  const trying = eventually(() => new Promise<never>(() => undefined), controller.signal);
  controller.abort(reason);
  await assert.rejects(trying, reason);
});
