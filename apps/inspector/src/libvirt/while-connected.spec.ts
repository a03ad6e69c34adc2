import assert from 'node:assert/strict';
import { getEventListeners } from 'node:events';
import { test } from 'node:test';
import { whileConnected } from './while-connected.ts';

const listeners = (...controllers: AbortController[]): number =>
  controllers.reduce((sum, { signal }) => sum + getEventListeners(signal, 'abort').length, 0);

void test('work gives its result and leaves nothing attached', async () => {
  const [over, caller] = [new AbortController(), new AbortController()];
  assert.equal(await whileConnected(over.signal, caller.signal, async () => 7), 7);
  await assert.rejects(
    whileConnected(over.signal, caller.signal, () => Promise.reject(new Error('bad'))),
    /bad/,
  );
  assert.equal(listeners(over, caller), 0);
});

void test('work that never ends is left with the reason of whoever stops first, and told to stop', async () => {
  for (const which of ['over', 'caller'] as const) {
    const controllers = { over: new AbortController(), caller: new AbortController() };
    let seen: AbortSignal | undefined;
    const stuck = whileConnected(controllers.over.signal, controllers.caller.signal, (signal) => {
      seen = signal;
      return new Promise<never>(() => {});
    });
    const reason = new Error(which);
    controllers[which].abort(reason);
    await assert.rejects(stuck, reason);
    assert.equal(seen?.reason, reason);
    assert.equal(listeners(controllers.over, controllers.caller), 0);
    await assert.rejects(
      whileConnected(controllers.over.signal, controllers.caller.signal, () => assert.fail('was called')),
      reason,
    );
  }
});
