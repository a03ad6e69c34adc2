/** Deliveries whose queue on disk cannot be written, or read. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { sleep } from '@nephometer/abortable';
import type { DurableQueue } from '@nephometer/durable-queue';
import { createDelivery } from './delivery.ts';
import { ledgerOf } from './delivery-lab.ts';
import { createDisk, startFromDisk, storedCounts } from './disk-lab.ts';
import { createHeldPublisher, createOpenPublisher, optionsOf, samplesOf, settleDown } from './example.ts';

const { signal } = new AbortController();

test('A queue that cannot be written holds nobody: samples wait in memory, and are written when it can be again', async () => {
  await using disk = await createDisk();
  const queue = await disk.open();
  let isBroken = true;
  const commit: DurableQueue['commit'] = async (...args) => {
    if (isBroken) throw new Error('no space left');
    return queue.commit(...args);
  };
  const held = createHeldPublisher();
  const told: string[] = [];
  const delivery = createDelivery({
    name: 'a://',
    publisher: held.publisher,
    queue: { ...queue, commit },
    options: optionsOf({ queue: 'disk', batchSize: 2 }),
    events: {
      notStored: ({ error }) => told.push(String(error)),
      stored: () => told.push('stored'),
    },
  });
  delivery.accept(samplesOf(1, 2));
  await settleDown();
  held.deliver();
  delivery.accept(samplesOf(3, 4));
  await settleDown();
  held.deliver();
  await settleDown();
  assert.deepEqual(ledgerOf(delivery), { polled: 6, delivered: 4, queued: 2 });
  isBroken = false;
  while (!told.includes('stored')) await new Promise((resolve) => setTimeout(resolve, 20));
  assert.deepEqual(told, ['Error: no space left', 'stored']);
  await delivery.close();
  // The row of samples 3 to 6 was partly sent.
  assert.deepEqual(await storedCounts(disk), { polled: 6, queued: 4, delivered: 2 });
});

test('While a queue cannot be written for long, the memory is bounded and what goes is counted', async () => {
  await using disk = await createDisk();
  const queue = await disk.open();
  const commit = (): Promise<never> => Promise.reject(new Error('no space left'));
  const held = createHeldPublisher();
  const delivery = createDelivery({
    name: 'a://',
    publisher: held.publisher,
    queue: { ...queue, commit },
    options: optionsOf({ queue: 'disk', batchSize: 1000 }),
  });
  for (let from = 0; from < 200_000; from += 1000) {
    delivery.accept(samplesOf(from, 1000));
    await settleDown();
  }
  const { not_stored: lost = 0 } = ledgerOf(delivery);
  assert.ok(lost > 50_000 && lost < 100_000, `${lost}`);
  await delivery.close();
  const { closed } = delivery.ledger().dropped;
  assert.equal(closed, 200_000 - lost);
});

test('A disk that hangs is told as one that cannot be written, and the memory is bounded until it answers', async () => {
  await using disk = await createDisk();
  const queue = await disk.open();
  const answered = Promise.withResolvers<void>();
  const commit: DurableQueue['commit'] = async (...args) => {
    await answered.promise;
    return queue.commit(...args);
  };
  let nowMs = 0;
  const told: string[] = [];
  const delivery = createDelivery({
    name: 'a://',
    publisher: createHeldPublisher().publisher,
    queue: { ...queue, commit },
    options: optionsOf({ queue: 'disk', batchSize: 1000 }),
    clock: { now: () => nowMs, sleep },
    events: {
      notStored: ({ error }) => told.push(String(error)),
      stored: () => told.push('stored'),
    },
  });
  const acceptFrom = async (first: number): Promise<void> => {
    for (let from = first; from < first + 100_000; from += 1000) {
      delivery.accept(samplesOf(from, 1000));
      await settleDown();
    }
  };
  await acceptFrom(0);
  await acceptFrom(100_000);
  assert.deepEqual([ledgerOf(delivery), told], [{ polled: 200_000, queued: 200_000 }, []]);
  nowMs = 11_000;
  await acceptFrom(200_000);
  const { not_stored: lost = 0 } = ledgerOf(delivery);
  assert.ok(lost > 150_000 && lost < 200_000, `${lost}`);
  assert.deepEqual(told, [`Error: ${disk.path}: the disk has not answered for 10 s`]);
  answered.resolve();
  while (!told.includes('stored')) await new Promise((resolve) => setTimeout(resolve, 20));
  await delivery.close();
  const { queued } = ledgerOf(delivery);
  assert.deepEqual(await storedCounts(disk), { polled: 300_000, queued, not_stored: lost });
});

test('A queue that cannot be read ends nothing: what it holds goes when it can be read again', async () => {
  await using disk = await createDisk();
  const first = startFromDisk(createHeldPublisher().publisher, await disk.open());
  first.accept(samplesOf(0, 5));
  await first.close();
  const queue = await disk.open();
  let failures = 3;
  const read: DurableQueue['read'] = async (query) => {
    if (failures > 0) {
      failures -= 1;
      throw new Error('input/output error');
    }
    return queue.read(query);
  };
  const { publisher, volumes } = createOpenPublisher();
  const told: string[] = [];
  const delivery = createDelivery({
    name: 'a://',
    publisher,
    queue: { ...queue, read },
    options: optionsOf({ queue: 'disk', retryDelayMs: 5 }),
    events: { unreadable: ({ error }) => told.push(String(error)) },
  });
  delivery.accept(samplesOf(5, 2));
  await delivery.flush(signal);
  assert.deepEqual([volumes, told.length], [[0, 1, 2, 3, 4, 5, 6], 3]);
  await delivery.close();
});

test('A flush ends when the delivery is closed, though what waits stays on the disk', async () => {
  await using disk = await createDisk();
  const delivery = startFromDisk(createHeldPublisher().publisher, await disk.open());
  delivery.accept(samplesOf(0, 5));
  const flushed = delivery.flush(signal);
  await delivery.close();
  await flushed;
  await delivery.flush(signal);
  assert.deepEqual(await storedCounts(disk), { polled: 5, queued: 5 });
});
