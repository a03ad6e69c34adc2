import assert from 'node:assert/strict';
import { test } from 'node:test';
import { ledgerOf, startDelivery } from './delivery-lab.ts';
import { sampleOf, samplesOf, settleDown } from './example.ts';

const { signal } = new AbortController();

test('A queue in memory that is full loses the oldest, but not what is being sent, and says so once', async () => {
  const { delivery, held, events } = startDelivery({ queueBytes: 256 * 6, batchSize: 2 });
  delivery.accept(samplesOf(1, 2));
  await settleDown();
  for (let from = 3; from < 13; from += 2) delivery.accept(samplesOf(from, 2));
  assert.deepEqual(ledgerOf(delivery), { polled: 12, queued: 6, queue_full: 6 });
  for (let call = 0; call < 3; call += 1) {
    held.deliver();
    await settleDown();
  }
  assert.deepEqual(held.calls, [
    [1, 2],
    [9, 10],
    [11, 12],
  ]);
  assert.deepEqual(
    events.filter((event) => event.startsWith('over')),
    ['overflowing: queue_full'],
  );
});

test('What came last stays, though it alone is more than the queue may hold, and is delivered in its turn', async () => {
  const { delivery, held, events } = startDelivery({ queueBytes: 1, batchSize: 2 });
  delivery.accept(samplesOf(1, 2));
  await settleDown();
  delivery.accept(samplesOf(3, 2));
  delivery.accept(samplesOf(5, 2));
  assert.deepEqual(ledgerOf(delivery), { polled: 6, queued: 4, queue_full: 2 });
  for (let call = 0; call < 2; call += 1) {
    held.deliver();
    await settleDown();
  }
  assert.deepEqual(held.calls, [
    [1, 2],
    [5, 6],
  ]);
  assert.deepEqual(events, ['overflowing: queue_full', 'delivered 2', 'delivered 2']);
});

test('What has waited for too long is dropped and counted', async () => {
  const { delivery, held, clock } = startDelivery({
    queueAgeMs: 10_000,
    batchSize: 1,
    retryDelayMs: 8000,
    retryMaxDelayMs: 8000,
  });
  delivery.accept(samplesOf(1, 1));
  delivery.accept(samplesOf(2, 1));
  await settleDown();
  for (let attempt = 0; attempt < 4; attempt += 1) {
    held.fail(new Error('away'));
    await settleDown();
    await clock.advance(4000);
  }
  assert.deepEqual(ledgerOf(delivery), { polled: 2, queued: 1, too_old: 1 });
  assert.deepEqual(held.calls, [[1], [1], [1], [1], [1]]);
});

test('Samples wait for others to go with them, for so long, or until there are enough or somebody flushes', async () => {
  const { delivery, held, clock } = startDelivery({ batchDelayMs: 200, batchSize: 4 });
  delivery.accept(samplesOf(1, 1));
  await settleDown();
  await clock.advance(150);
  delivery.accept(samplesOf(2, 1));
  assert.deepEqual(held.calls, []);
  await clock.advance(50);
  held.deliver();
  await settleDown();
  delivery.accept(samplesOf(3, 4));
  await settleDown();
  held.deliver();
  await settleDown();
  delivery.accept(samplesOf(7, 1));
  const flushed = delivery.flush(signal);
  await settleDown();
  assert.deepEqual(held.calls, [[1, 2], [3, 4, 5, 6], [7]]);
  held.deliver();
  await flushed;
  assert.deepEqual(clock.waits(), []);
});

test('Batches are bounded in bytes, too, but never empty', async () => {
  const { delivery, held } = startDelivery({ batchBytes: 1000 });
  delivery.accept(samplesOf(1, 4));
  delivery.accept([{ ...sampleOf(5), resourceMetadata: { large: 'x'.repeat(5000) } }, sampleOf(6)]);
  for (let call = 0; call < 4; call += 1) {
    await settleDown();
    held.deliver();
  }
  await settleDown();
  assert.deepEqual(held.calls, [[1, 2], [3, 4], [5], [6]]);
});

test('Only so many samples a second pass', async () => {
  const { delivery, held, clock } = startDelivery({ rateLimit: 10, batchSize: 10 });
  delivery.accept(samplesOf(1, 30));
  await settleDown();
  held.deliver();
  await settleDown();
  // What was saved up in the second before has gone with the first batch.
  held.deliver();
  await settleDown();
  assert.deepEqual([held.calls.length, clock.waits()], [2, [1000]]);
  await clock.advance(1000);
  assert.equal(held.calls.length, 3);
});
