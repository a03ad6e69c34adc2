import type { DurableQueue, QueueRow } from '@nephometer/durable-queue';
import { unpackSamples } from '@nephometer/sample';
import type { Sample } from '@nephometer/sample';

/** A row of a queue with what is in it. */
export interface StoredRow extends QueueRow {
  readonly samples: readonly Sample[];
}

/** What is read from the disk at once. */
const READ = { maxBytes: 1024 * 1024, maxRows: 256 } as const;

/**
 * All rows of a queue as they are stored, by rising seq; a mebibyte of them is in memory at a time. Removes nothing. Throws the
 * signal's reason, or what the queue rejects with.
 */
export async function* readRows(queue: Pick<DurableQueue, 'read'>, signal: AbortSignal): AsyncGenerator<QueueRow> {
  for (let afterSeq = 0; ;) {
    signal.throwIfAborted();
    const rows = await queue.read({ afterSeq, ...READ });
    yield* rows;
    const last = rows.at(-1);
    if (last === undefined) return;
    afterSeq = last.seq;
  }
}

/** As {@link readRows}, with the samples; throws an error that names the row if they cannot be read. */
export async function* readStored(
  queue: Pick<DurableQueue, 'read' | 'path'>,
  signal: AbortSignal,
): AsyncGenerator<StoredRow> {
  for await (const row of readRows(queue, signal)) yield { ...row, samples: unpack(queue.path, row) };
}

function unpack(path: string, { seq, payload }: QueueRow): readonly Sample[] {
  try {
    return unpackSamples(payload);
  } catch (error) {
    throw new Error(`${path}: row ${seq} cannot be read`, { cause: error });
  }
}
