import type { DurableQueue, QueueRow, QueueWorker } from '@nephometer/durable-queue';
import type { Sample } from '@nephometer/sample';
import { rewriteQueue, withoutLimits } from './rewrite-queue.ts';
import { readRows, readStored } from './stored-rows.ts';
import type { StoredRow } from './stored-rows.ts';

/** Which samples of a queue an operator throws away: those of which all that is given is true. */
export interface Discard {
  /** Accepted before this time, in ms since 1970. */
  readonly acceptedBeforeMs?: number;
  readonly isChosen?: (sample: Sample) => boolean;
}

/** What a {@link Discard} would take. */
export interface DiscardPlan {
  readonly samples: number;
  /** Rows of which some samples go and some stay: the file has to be written anew. */
  readonly dividedRows: number;
}

/** Reads a queue through, and tells what would go. Changes nothing. Rejects with the signal's reason. */
export async function planDiscard(
  queue: Pick<DurableQueue, 'read' | 'path'>,
  discard: Discard,
  signal: AbortSignal,
): Promise<DiscardPlan> {
  let samples = 0;
  let dividedRows = 0;
  for await (const { items, gone } of divideRows(queue, discard, signal)) {
    samples += gone;
    if (gone > 0 && gone < items) dividedRows += 1;
  }
  return { samples, dividedRows };
}

/** Whose samples go, and which. */
export interface DiscardInput {
  readonly queue: DurableQueue;
  /** Which opened the queue. */
  readonly worker: QueueWorker;
  readonly discard: Discard;
  readonly plan: DiscardPlan;
}

/**
 * Throws samples away, counted as `discarded`; those that stay keep their order. Closes the queue in any case.
 *
 * Where whole rows go, they are removed piece by piece: an abort or an error leaves the rest, and the numbers add up. Where rows
 * are divided, a new file is written beside the old one and takes its place in one step: an abort or an error leaves the old one.
 *
 * @returns how many went
 * @throws QueueError `disk_full` if there is no room for a second file, `locked` if somebody else came in between; the signal's
 *   reason
 */
export async function discardSamples(input: DiscardInput, signal: AbortSignal): Promise<number> {
  const { queue, worker, discard, plan } = input;
  try {
    if (plan.dividedRows === 0) return await removeRows(queue, discard, signal);
    const samples = (row: StoredRow): readonly Sample[] =>
      isOldEnough(row, discard) ? row.samples.filter((sample) => !isChosen(sample, discard)) : row.samples;
    return await rewriteQueue({ queue, worker, samples }, signal);
  } finally {
    await queue.close();
  }
}

/** Rows that are removed in one transaction. */
const REMOVE_ROWS = 256;

async function removeRows(queue: DurableQueue, discard: Discard, signal: AbortSignal): Promise<number> {
  let discarded = 0;
  let pending: { readonly seq: number; readonly items: number }[] = [];
  const flush = async (): Promise<void> => {
    const items = pending.reduce((sum, row) => sum + row.items, 0);
    const removes = pending.map(({ seq }) => seq);
    pending = [];
    if (removes.length === 0) return;
    await queue.commit({ appends: [], removes, counts: { discarded: items }, limits: withoutLimits });
    discarded += items;
  };
  for await (const { seq, items, gone } of divideRows(queue, discard, signal)) {
    if (gone > 0 && gone === items) pending.push({ seq, items });
    if (pending.length === REMOVE_ROWS) await flush();
  }
  await flush();
  return discarded;
}

interface DividedRow extends QueueRow {
  /** How many of its samples would go. */
  readonly gone: number;
}

/** What does not depend on samples is answered without looking at them, so that also rows go that nobody can read. */
async function* divideRows(
  queue: Pick<DurableQueue, 'read' | 'path'>,
  discard: Discard,
  signal: AbortSignal,
): AsyncGenerator<DividedRow> {
  if (discard.isChosen === undefined) {
    for await (const row of readRows(queue, signal)) yield { ...row, gone: isOldEnough(row, discard) ? row.items : 0 };
    return;
  }
  for await (const row of readStored(queue, signal)) {
    const chosen = isOldEnough(row, discard) ? row.samples.filter((sample) => isChosen(sample, discard)) : [];
    yield { ...row, gone: chosen.length };
  }
}

function isOldEnough({ atMs }: QueueRow, { acceptedBeforeMs = Infinity }: Discard): boolean {
  return atMs < acceptedBeforeMs;
}

function isChosen(sample: Sample, { isChosen: choose }: Discard): boolean {
  return choose?.(sample) ?? true;
}
