import assert from 'node:assert/strict';
import { getEventListeners } from 'node:events';
import { test } from 'node:test';
import { PublishError } from '@nephometer/plugin';
import fc from 'fast-check';
import { createDelivery } from './delivery.ts';
import { ledgerOf, startDelivery } from './delivery-lab.ts';
import { createOpenPublisher, optionsOf, sampleOf, samplesOf, settleDown } from './example.ts';

const { signal } = new AbortController();

test('Samples are delivered in order, one call at a time, and the ledger adds up at every moment', async () => {
  const { delivery, held } = startDelivery({ batchSize: 3 });
  delivery.accept(samplesOf(1, 5));
  assert.deepEqual(ledgerOf(delivery), { polled: 5, queued: 5 });
  await settleDown();
  delivery.accept(samplesOf(6, 2));
  assert.deepEqual([held.calls, held.open()], [[[1, 2, 3]], 1]);
  held.deliver();
  await settleDown();
  assert.deepEqual(ledgerOf(delivery), { polled: 7, delivered: 3, queued: 4 });
  held.deliver();
  await settleDown();
  held.deliver();
  await settleDown();
  assert.deepEqual(held.calls, [[1, 2, 3], [4, 5, 6], [7]]);
  assert.deepEqual(ledgerOf(delivery), { polled: 7, delivered: 7 });
});

test('A batch that fails comes again with the same samples, after longer and longer waits, up to a limit', async () => {
  const { delivery, held, clock, events } = startDelivery({ retryDelayMs: 1000, retryMaxDelayMs: 3000 });
  delivery.accept(samplesOf(1, 2));
  const waits: number[] = [];
  for (let attempt = 0; attempt < 4; attempt += 1) {
    await settleDown();
    held.fail(new Error('away'));
    await settleDown();
    waits.push(...clock.waits());
    delivery.accept([sampleOf(10 + attempt)]);
    await clock.advance(clock.waits()[0] ?? 0);
  }
  // Half of it, because the random part is 0.
  assert.deepEqual(waits, [500, 1000, 1500, 1500]);
  held.deliver();
  await settleDown();
  assert.deepEqual(held.calls.slice(0, 6), [
    [1, 2],
    [1, 2],
    [1, 2],
    [1, 2],
    [1, 2],
    [10, 11, 12, 13],
  ]);
  assert.deepEqual([events[0], events.at(-1)], ['failed 2: away', 'delivered 2']);
});

test('What the target asks for is waited, and what it has done with does not come again', async () => {
  const { delivery, held, clock } = startDelivery();
  delivery.accept(samplesOf(1, 5));
  await settleDown();
  held.fail(new PublishError('slow down', { retryAfterMs: 30_000, done: 2 }));
  await settleDown();
  assert.deepEqual(clock.waits(), [30_000]);
  assert.deepEqual(ledgerOf(delivery), { polled: 5, delivered: 2, queued: 3 });
  await clock.advance(30_000);
  assert.deepEqual(held.calls[1], [3, 4, 5]);
});

test('What a target will never take is dropped and counted, and the next batch goes', async () => {
  const { delivery, held, events } = startDelivery({ batchSize: 4 });
  delivery.accept(samplesOf(1, 12));
  await settleDown();
  held.fail(new PublishError('never', { isPermanent: true, done: 1 }));
  await settleDown();
  assert.deepEqual(ledgerOf(delivery), { polled: 12, delivered: 1, refused: 3, queued: 8 });
  held.deliver([
    { samples: 1, reason: 'too large' },
    { samples: 2, reason: 'too odd' },
  ]);
  await settleDown();
  assert.deepEqual(ledgerOf(delivery), { polled: 12, delivered: 2, refused: 6, queued: 4 });
  held.deliver([{ samples: 99, reason: 'more than there are' }]);
  await settleDown();
  assert.deepEqual(ledgerOf(delivery), { polled: 12, delivered: 2, refused: 10 });
  assert.deepEqual(events, [
    'delivered 1',
    'refused 3: never',
    'refused 1: too large',
    'refused 2: too odd',
    'delivered 1',
    'refused 4: more than there are',
  ]);
});

test('A volume that is not finite is dropped and counted, alone', async () => {
  const { delivery, held } = startDelivery();
  delivery.accept([1, NaN, Infinity, 2].map((volume) => sampleOf(volume)));
  delivery.accept([sampleOf(NaN)]);
  await settleDown();
  held.deliver();
  await settleDown();
  assert.deepEqual([held.calls, ledgerOf(delivery)], [[[1, 2]], { polled: 5, delivered: 2, invalid_volume: 3 }]);
});

test('With concurrency calls overlap, and the samples of a resource stay together and in order, also over a failure', async () => {
  const { delivery, held, clock } = startDelivery({ concurrency: 4, batchSize: 100 });
  const volumes = Array.from({ length: 40 }, (_, index) => index);
  delivery.accept(volumes.map((volume) => sampleOf(volume, `r${volume % 8}`)));
  await settleDown();
  assert.ok(held.open() > 1, 'calls overlap');
  held.fail(new Error('away'));
  await settleDown();
  while (held.open() > 0) held.deliver();
  await settleDown();
  delivery.accept(volumes.map((volume) => sampleOf(100 + volume, `r${volume % 8}`)));
  await settleDown();
  assert.equal(held.open(), 0, 'what comes later does not overtake what failed');
  await clock.advance(500);
  while (delivery.ledger().queued > 0) {
    held.deliver();
    await settleDown();
  }
  const delivered = held.calls.slice(1).flat();
  for (let resource = 0; resource < 8; resource += 1) {
    const own = delivered.filter((volume) => (volume % 100) % 8 === resource);
    assert.deepEqual(
      [...new Set(own)],
      [...new Set(own)].sort((left, right) => left - right),
    );
  }
  assert.deepEqual(ledgerOf(delivery), { polled: 80, delivered: 80 });
});

test('Flushing until a failure ends with the first one, otherwise when all is gone; no listener stays', async () => {
  const { delivery, held, clock } = startDelivery();
  delivery.accept(samplesOf(1, 1));
  const caller = new AbortController();
  const untilFailure = delivery.flush(caller.signal, { untilFailure: true });
  const toTheEnd = delivery.flush(caller.signal);
  await settleDown();
  held.fail(new Error('away'));
  await untilFailure;
  assert.deepEqual(ledgerOf(delivery), { polled: 1, queued: 1 });
  await clock.advance(1000);
  held.deliver();
  await toTheEnd;
  delivery.accept(samplesOf(2, 1));
  const aborted = delivery.flush(caller.signal);
  caller.abort(new Error('too late'));
  await assert.rejects(aborted, /too late/);
  await assert.rejects(delivery.flush(caller.signal), /too late/);
  assert.deepEqual(getEventListeners(caller.signal, 'abort'), []);
});

test('Closing aborts what is being sent, drops what is on no disk, and closes the publisher once', async () => {
  const { delivery, held } = startDelivery({ batchSize: 2 });
  delivery.accept(samplesOf(1, 3));
  await settleDown();
  await Promise.all([delivery.close(), delivery.close()]);
  assert.deepEqual([held.closed(), held.open(), ledgerOf(delivery)], [1, 0, { polled: 3, closed: 3 }]);
});

test('Closing waits until every call has heeded it, and the publisher is closed after the last one', async () => {
  const steps: string[] = [];
  const slow = Promise.withResolvers<void>();
  const delivery = createDelivery({
    name: 'a://',
    publisher: {
      async publish(_, abort) {
        const isSlow = steps.push('begun') === 1;
        await new Promise<void>((resolve) => abort.addEventListener('abort', () => resolve(), { once: true }));
        if (isSlow) await slow.promise;
        steps.push(isSlow ? 'slow ended' : 'quick ended');
        throw abort.reason as Error;
      },
      async close() {
        steps.push('closed');
      },
    },
    options: optionsOf({ concurrency: 2 }),
  });
  delivery.accept([
    { ...sampleOf(1), resourceId: 'a' },
    { ...sampleOf(2), resourceId: 'b' },
  ]);
  await settleDown();
  const closed = delivery.close();
  await settleDown();
  assert.deepEqual(steps, ['begun', 'begun', 'quick ended']);
  slow.resolve();
  await closed;
  assert.deepEqual(steps.slice(3), ['slow ended', 'closed']);
});

test('Closing while it waits after a failure, or for others, ends at once', async () => {
  const waiting = startDelivery({ batchDelayMs: 1000 });
  waiting.delivery.accept(samplesOf(1, 1));
  await settleDown();
  await waiting.delivery.close();
  const failing = startDelivery();
  failing.delivery.accept(samplesOf(1, 1));
  await settleDown();
  failing.held.fail(new Error('away'));
  await settleDown();
  await failing.delivery.close();
  assert.deepEqual([waiting.clock.waits(), failing.clock.waits()], [[], []]);
});

test('Whatever happens, every sample reaches the target once and in order, or is in the ledger', async () => {
  const step = fc.oneof(
    fc.record({ kind: fc.constant('accept' as const), count: fc.integer({ min: 1, max: 9 }) }),
    fc.record({ kind: fc.constant('deliver' as const) }),
    fc.record({ kind: fc.constant('fail' as const), done: fc.integer({ min: 0, max: 3 }), isPermanent: fc.boolean() }),
    fc.record({ kind: fc.constant('wait' as const), ms: fc.integer({ min: 0, max: 5000 }) }),
  );
  await fc.assert(
    fc.asyncProperty(fc.array(step, { maxLength: 40 }), fc.integer({ min: 1, max: 5 }), async (steps, batchSize) => {
      const { delivery, held, clock } = startDelivery({ batchSize, batchDelayMs: 100 });
      let next = 0;
      for (const taken of steps) {
        if (taken.kind === 'accept') {
          delivery.accept(samplesOf(next, taken.count));
          next += taken.count;
        } else if (taken.kind === 'deliver') held.deliver();
        else if (taken.kind === 'fail') held.fail(new PublishError('no', taken));
        else await clock.advance(taken.ms);
        await settleDown();
        ledgerOf(delivery);
      }
      while (delivery.ledger().queued > 0) {
        await clock.advance(60_000);
        held.deliver();
        await settleDown();
      }
      assert.equal(delivery.ledger().polled, next);
      const firsts = [...new Set(held.calls.flat())];
      assert.deepEqual(
        firsts,
        Array.from({ length: next }, (_, index) => index),
      );
      await delivery.close();
    }),
  );
});

test('A publisher that takes everything at once is kept busy', async () => {
  const { publisher, volumes } = createOpenPublisher();
  const delivery = createDelivery({ name: 'a://', publisher, options: optionsOf({ batchSize: 10 }) });
  for (let from = 0; from < 1000; from += 50) delivery.accept(samplesOf(from, 50));
  await delivery.flush(signal);
  assert.equal(volumes.length, 1000);
  await delivery.close();
});
