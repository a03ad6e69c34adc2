import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import type { Publisher } from '@nephometer/plugin';
import { createHeldPublisher, pipelineTo, sampleOf, samplesOf, settleDown } from './example.ts';

const { signal } = new AbortController();

test('A publisher is never called twice at once and gets the samples of all calls in order', async () => {
  const held = createHeldPublisher();
  const pipeline = pipelineTo({ 'a://': held.publisher }, { batchLimit: 4 });
  const calls = [0, 3, 6].map((from) => pipeline.publish(samplesOf('cpu', from, 3), signal));
  await settleDown();
  assert.deepEqual(held.batches, [[0, 1, 2]]);
  for (let call = 0; call < 3; call += 1) {
    held.deliver();
    await settleDown();
  }
  await Promise.all(calls);
  assert.deepEqual(held.batches, [
    [0, 1, 2],
    [3, 4, 5, 6],
    [7, 8],
  ]);
  assert.equal(held.mostOpen(), 1);
});

test('A publisher that throws instead of rejecting is a failing one', async () => {
  const publisher: Publisher = {
    publish: () => {
      throw new Error('at once');
    },
    close: async () => {},
  };
  const pipeline = pipelineTo({ 'a://': publisher });
  const report = await pipeline.publish([sampleOf('cpu', 1)], signal);
  assert.equal(report.publishers[0]?.dropped.publish_failed, 1);
});

test('A full queue lets the oldest go, counts them, and says so once until it has been empty', async () => {
  const held = createHeldPublisher();
  const overflows: unknown[] = [];
  const pipeline = pipelineTo(
    { 'a://': held.publisher },
    { queueLimit: 3, events: { overflowing: (event) => overflows.push(event) } },
  );
  const first = pipeline.publish([sampleOf('cpu', 0)], signal);
  await settleDown();
  const second = pipeline.publish(samplesOf('cpu', 1, 3), signal);
  const third = pipeline.publish(samplesOf('cpu', 4, 2), signal);
  assert.equal(pipeline.ledgers()[0]?.dropped.queue_full, 2);
  const fourth = pipeline.publish([sampleOf('cpu', 6)], signal);
  assert.equal((await second).publishers[0]?.dropped.queue_full, 3);
  held.deliver();
  await first;
  held.deliver();
  await Promise.all([third, fourth]);
  assert.deepEqual(held.batches, [[0], [4, 5, 6]]);
  assert.deepEqual(overflows, [{ url: 'a://', queueLimit: 3 }]);
  const fifth = pipeline.publish(samplesOf('cpu', 7, 4), signal);
  assert.equal(overflows.length, 2);
  await settleDown();
  held.deliver();
  assert.equal((await fifth).publishers[0]?.delivered, 3);
});

test('Closing aborts what is sent, drops what waits, closes each publisher once and takes no more', async () => {
  const held = createHeldPublisher();
  const failures: unknown[] = [];
  const pipeline = pipelineTo(
    { 'a://': held.publisher },
    { batchLimit: 1, events: { publishFailed: (event) => failures.push(event) } },
  );
  const call = pipeline.publish(samplesOf('cpu', 0, 3), signal);
  await settleDown();
  await Promise.all([pipeline.close(), pipeline.close()]);
  await pipeline.close();
  assert.equal((await call).publishers[0]?.dropped.closed, 3);
  assert.deepEqual([held.closed(), failures], [1, []]);
  await assert.rejects(pipeline.publish([sampleOf('cpu', 1)], signal), { code: 'closed' });
  assert.deepEqual([pipeline.ledgers()[0]?.polled, pipeline.ledgers()[0]?.queued], [3, 0]);
});

test('A publisher that fails to close is said, and does not hold the others', async () => {
  const error = new Error('still busy');
  const bad: Publisher = { publish: async () => {}, close: () => Promise.reject(error) };
  const held = createHeldPublisher();
  const failures: unknown[] = [];
  const pipeline = pipelineTo(
    { 'bad://': bad, 'good://': held.publisher },
    { events: { publishFailed: (event) => failures.push(event) } },
  );
  await pipeline.close();
  assert.deepEqual([held.closed(), failures], [1, [{ url: 'bad://', samples: 0, error }]]);
});

test('At every moment polled is delivered, queued and dropped together', async () => {
  const step = fc.oneof(
    fc.record({ do: fc.constant('publish'), volumes: fc.array(fc.constantFrom(1, NaN), { maxLength: 8 }) }),
    fc.constant({ do: 'deliver' } as const),
    fc.constant({ do: 'fail' } as const),
  );
  await fc.assert(
    fc.asyncProperty(fc.array(step, { maxLength: 30 }), async (steps) => {
      const held = createHeldPublisher();
      let polled = 0;
      const check = (): void => {
        const [ledger] = pipeline.ledgers();
        assert.ok(ledger);
        const lost = Object.values(ledger.dropped).reduce((sum, count) => sum + count, 0);
        assert.equal(ledger.polled, ledger.delivered + ledger.queued + lost);
        assert.equal(ledger.polled, polled);
      };
      const pipeline = pipelineTo(
        { 'a://': held.publisher },
        { queueLimit: 5, batchLimit: 2, events: { publishFailed: check, overflowing: check } },
      );
      const calls: Promise<unknown>[] = [];
      for (const taken of steps) {
        if (taken.do === 'publish' && 'volumes' in taken) {
          polled += taken.volumes.length;
          calls.push(
            pipeline.publish(
              taken.volumes.map((volume) => sampleOf('cpu', volume)),
              signal,
            ),
          );
        } else if (taken.do === 'deliver') held.deliver();
        else held.fail(new Error('no'));
        check();
        await settleDown();
        check();
      }
      await pipeline.close();
      check();
      await Promise.all(calls);
      assert.equal(pipeline.ledgers()[0]?.queued, 0);
      assert.ok(held.mostOpen() <= 1);
    }),
  );
});
