/** Deliveries whose samples wait in real files. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { startQueueWorker } from '@nephometer/durable-queue';
import type { DurableQueue, QueueState, QueueWorker } from '@nephometer/durable-queue';
import fc from 'fast-check';
import { ledgerOf } from './delivery-lab.ts';
import { createDisk, startFromDisk, storedCounts } from './disk-lab.ts';
import { createHeldPublisher, createOpenPublisher, sampleOf, samplesOf, settleDown } from './example.ts';
import { storedLedger } from './stored-ledger.ts';

const { signal } = new AbortController();

test('What waits outlives the end of a delivery, in order, and so does the ledger', async () => {
  await using disk = await createDisk();
  const held = createHeldPublisher();
  const first = startFromDisk(held.publisher, await disk.open(), { batchSize: 4 });
  first.accept([sampleOf(1), sampleOf(NaN), sampleOf(2), sampleOf(3)]);
  first.accept(samplesOf(4, 3));
  await settleDown();
  held.deliver();
  await settleDown();
  await first.close();
  // The row of which the fourth sample was part is on the disk as a whole: it may come twice, with the same id.
  assert.deepEqual(await storedCounts(disk), { polled: 7, queued: 3, delivered: 3, invalid_volume: 1 });

  const { publisher, volumes } = createOpenPublisher();
  const second = startFromDisk(publisher, await disk.open());
  second.accept(samplesOf(7, 2));
  await second.flush(signal);
  assert.deepEqual(volumes, [4, 5, 6, 7, 8]);
  assert.deepEqual(ledgerOf(second), { polled: 9, delivered: 8, invalid_volume: 1 });
  await second.close();
  assert.deepEqual(await storedCounts(disk), { polled: 9, delivered: 8, invalid_volume: 1 });
});

test('More than fits in memory waits on the disk, and comes in order', async () => {
  await using disk = await createDisk();
  const held = createHeldPublisher();
  const delivery = startFromDisk(held.publisher, await disk.open(), { batchSize: 50_000 });
  const total = 300_000;
  for (let from = 0; from < total; from += 1000) {
    delivery.accept(samplesOf(from, 1000));
    // As the polling does: the disk gets its turn in between.
    if (from % 20_000 === 0) await new Promise((resolve) => setTimeout(resolve, 5));
  }
  let deliveredTo = 0;
  while (delivery.ledger().queued > 0) {
    held.deliver();
    await new Promise((resolve) => setTimeout(resolve, 5));
    ledgerOf(delivery);
  }
  for (const volume of held.calls.flat()) {
    assert.equal(volume, deliveredTo);
    deliveredTo += 1;
  }
  assert.equal(deliveredTo, total);
  await delivery.close();
  assert.deepEqual(await storedCounts(disk), { polled: total, delivered: total });
});

test('A full queue loses the oldest, counted, and never what is being sent', async () => {
  await using disk = await createDisk();
  const held = createHeldPublisher();
  const delivery = startFromDisk(held.publisher, await disk.open(), { batchSize: 100, queueBytes: 100_000 });
  for (let from = 0; from < 5000; from += 100) {
    delivery.accept(samplesOf(from, 100));
    await new Promise((resolve) => setTimeout(resolve, 2));
  }
  const { queued, queue_full: lost = 0 } = ledgerOf(delivery);
  assert.ok(lost > 0 && queued !== undefined && queued < 5000, JSON.stringify(ledgerOf(delivery)));
  while (delivery.ledger().queued > 0) {
    held.deliver();
    await new Promise((resolve) => setTimeout(resolve, 2));
  }
  const delivered = held.calls.flat();
  assert.deepEqual(
    delivered.slice(0, 100),
    samplesOf(0, 100).map(({ volume }) => volume),
    'what was being sent',
  );
  assert.equal(delivered.at(-1), 4999);
  assert.deepEqual(
    delivered,
    delivered.toSorted((left, right) => left - right),
  );
  await delivery.close();
  assert.deepEqual(await storedCounts(disk), ledgerOf(delivery));
});

test('The numbers in the file add up at every moment, also while that is sent which the queue has just dropped', async () => {
  await using disk = await createDisk();
  const queue = await disk.open();
  const states: QueueState[] = [];
  let held = Promise.withResolvers<void>();
  const commit: DurableQueue['commit'] = async (...args) => {
    const result = await queue.commit(...args);
    states.push(result.state);
    await held.promise;
    return result;
  };
  const { publisher, deliver, open } = createHeldPublisher();
  const options = { batchSize: 10, queueBytes: 1 };
  const delivery = startFromDisk(publisher, { ...queue, commit }, options);
  // Dropped at once, as it is too much for the queue; taken before that is known.
  delivery.accept(samplesOf(0, 10));
  while (open() === 0 || states.length === 0) await new Promise((resolve) => setTimeout(resolve, 1));
  held.resolve();
  held = Promise.withResolvers<void>();
  held.resolve();
  delivery.accept([sampleOf(NaN)]);
  while (states.length < 2) await new Promise((resolve) => setTimeout(resolve, 1));
  deliver();
  await delivery.flush(signal);
  await delivery.close();
  assert.ok(states.length >= 3);
  for (const state of states) assert.equal(storedLedger('a://', state).unaccounted, 0, JSON.stringify(state));
  assert.deepEqual(await storedCounts(disk), { polled: 11, delivered: 10, invalid_volume: 1 });
});

test('Whatever happens, closed and opened again at any time, nothing is lost or out of order, and the ledgers add up', async () => {
  const worker = startQueueWorker();
  const step = fc.oneof(
    {
      weight: 4,
      arbitrary: fc.record({ kind: fc.constant('accept' as const), count: fc.integer({ min: 1, max: 9 }) }),
    },
    { weight: 4, arbitrary: fc.record({ kind: fc.constant('deliver' as const) }) },
    { weight: 2, arbitrary: fc.record({ kind: fc.constant('wait' as const) }) },
    { weight: 1, arbitrary: fc.record({ kind: fc.constant('restart' as const) }) },
  );
  try {
    await fc.assert(
      fc.asyncProperty(fc.array(step, { maxLength: 30 }), fc.integer({ min: 1, max: 7 }), async (steps, batchSize) => {
        await using disk = await createDisk(unclosed(worker));
        let held = createHeldPublisher();
        let delivery = startFromDisk(held.publisher, await disk.open(), { batchSize });
        const calls: number[] = [];
        const begin = async (): Promise<void> => {
          await delivery.close();
          calls.push(...held.calls.flat());
          held = createHeldPublisher();
          delivery = startFromDisk(held.publisher, await disk.open(), { batchSize });
        };
        let next = 0;
        for (const taken of steps) {
          if (taken.kind === 'accept') {
            delivery.accept(samplesOf(next, taken.count));
            next += taken.count;
          } else if (taken.kind === 'deliver') held.deliver();
          else if (taken.kind === 'restart') await begin();
          else await new Promise((resolve) => setTimeout(resolve, 2));
          await settleDown();
          ledgerOf(delivery);
        }
        while (delivery.ledger().queued > 0) {
          held.deliver();
          await new Promise((resolve) => setImmediate(resolve));
        }
        await delivery.close();
        calls.push(...held.calls.flat());
        assert.deepEqual(
          [...new Set(calls)],
          Array.from({ length: next }, (_, index) => index),
        );
        assert.deepEqual(await storedCounts(disk), next === 0 ? {} : { polled: next, delivered: next });
      }),
      { numRuns: 60 },
    );
  } finally {
    await worker.close();
  }
});

/** The same worker for all: it is closed at the end. */
function unclosed(worker: QueueWorker): QueueWorker {
  return { ...worker, close: () => Promise.resolve() };
}
