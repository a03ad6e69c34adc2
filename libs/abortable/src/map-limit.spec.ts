import assert from 'node:assert/strict';
import { getEventListeners } from 'node:events';
import { test } from 'node:test';
import { mapLimit } from './map-limit.ts';
import { sleep } from './sleep.ts';

test('results stand in the order of the items, and no more than the limit run at once', async () => {
  const { signal } = new AbortController();
  let running = 0;
  let most = 0;
  const results = await mapLimit(
    [3, 1, 2, 5, 4],
    2,
    async (item, itemSignal) => {
      most = Math.max(most, ++running);
      await sleep(item, itemSignal);
      running -= 1;
      return item * 10;
    },
    signal,
  );
  assert.deepEqual(results, [30, 10, 20, 50, 40]);
  assert.equal(most, 2);
  assert.equal(getEventListeners(signal, 'abort').length, 0);
  assert.deepEqual(await mapLimit([], 2, async (item) => item, signal), []);
});

test('the first error aborts the calls under way and begins no further one', async () => {
  const { signal } = new AbortController();
  const begun: number[] = [];
  let aborted = false;
  const work = async (item: number, itemSignal: AbortSignal): Promise<void> => {
    begun.push(item);
    if (item === 1) throw new Error('bad item');
    await sleep(2 ** 40, itemSignal).catch((error: unknown) => {
      aborted = true;
      throw error;
    });
  };
  await assert.rejects(mapLimit([0, 1, 2, 3], 2, work, signal), /bad item/);
  assert.deepEqual(begun, [0, 1]);
  assert.equal(aborted, true);
});

test('an abort from outside ends it with its reason', async () => {
  const controller = new AbortController();
  const result = mapLimit([1, 2], 1, (_item, itemSignal) => sleep(2 ** 40, itemSignal), controller.signal);
  controller.abort(new Error('stop'));
  await assert.rejects(result, /stop/);
});
