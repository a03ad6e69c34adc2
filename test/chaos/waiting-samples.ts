import { readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { startQueueWorker } from '@nephometer/durable-queue';
import type { QueueState } from '@nephometer/durable-queue';
import { unpackSamples } from '@nephometer/sample';
import type { Sample } from '@nephometer/sample';

/** The queue of one publisher, which nobody has open. */
export interface StoredQueue {
  /** Of its publisher. */
  readonly scheme: string;
  readonly state: QueueState;
  /** What waits, in order. */
  readonly samples: readonly Sample[];
}

/** Reads all queues of a state directory. */
export async function readQueues(stateDir: string): Promise<readonly StoredQueue[]> {
  const directory = join(stateDir, 'queues');
  const worker = startQueueWorker();
  try {
    const names = (await readdir(directory)).filter((name) => name.endsWith('.sqlite'));
    const queues: StoredQueue[] = [];
    for (const name of names.sort()) {
      const queue = await worker.open(join(directory, name));
      const samples: Sample[] = [];
      let afterSeq = 0;
      for (;;) {
        const rows = await queue.read({ afterSeq, maxBytes: 1 << 20, maxRows: 100 });
        if (rows.length === 0) break;
        afterSeq = rows.at(-1)?.seq ?? afterSeq;
        samples.push(...rows.flatMap(({ payload }) => unpackSamples(payload)));
      }
      queues.push({ scheme: name.split('-')[0] ?? '', state: queue.opened, samples });
      await queue.close();
    }
    return queues;
  } finally {
    await worker.close();
  }
}
