import assert from 'node:assert/strict';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { startQueueWorker } from '@nephometer/durable-queue';
import type { DurableQueue, QueueWorker } from '@nephometer/durable-queue';
import type { DeliveryOptions, Publisher } from '@nephometer/plugin';
import { createDelivery } from './delivery.ts';
import type { Delivery } from './delivery.ts';
import { optionsOf } from './example.ts';

/** A directory for one queue, and what opens it. */
export interface Disk extends AsyncDisposable {
  readonly path: string;
  readonly open: () => Promise<DurableQueue>;
}

/** Makes one; it is gone when it is disposed of. */
export async function createDisk(worker: QueueWorker = startQueueWorker()): Promise<Disk> {
  const directory = await mkdtemp(join(tmpdir(), 'nephometer-delivery-'));
  const path = join(directory, 'queue.sqlite');
  return {
    path,
    open: () => worker.open(path),
    async [Symbol.asyncDispose]() {
      await worker.close();
      await rm(directory, { recursive: true });
    },
  };
}

/** A delivery from a queue on disk. */
export function startFromDisk(
  publisher: Publisher,
  queue: DurableQueue,
  options: Partial<DeliveryOptions> = {},
): Delivery {
  return createDelivery({
    name: 'a://',
    publisher,
    queue,
    options: optionsOf({ queue: 'disk', queueBytes: 2 ** 30, ...options }),
  });
}

/** What the numbers in the file say apart from zeros, and that they add up, which nobody has open. */
export async function storedCounts(disk: Disk): Promise<Record<string, number>> {
  const queue = await disk.open();
  const { counts, items } = queue.opened;
  await queue.close();
  const { polled = 0, ...gone } = counts;
  assert.equal(polled, items + Object.values(gone).reduce((sum, count) => sum + count, 0), JSON.stringify(counts));
  return Object.fromEntries(Object.entries({ polled, queued: items, ...gone }).filter(([, count]) => count !== 0));
}
