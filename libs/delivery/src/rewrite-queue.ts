import { open, rename, rm, stat } from 'node:fs/promises';
import { dirname } from 'node:path';
import { isDeepStrictEqual } from 'node:util';
import { holdLock, inspectQueue, QueueError } from '@nephometer/durable-queue';
import type { DurableQueue, QueueLimits, QueueRow, QueueWorker } from '@nephometer/durable-queue';
import { packSamples } from '@nephometer/sample';
import type { Sample } from '@nephometer/sample';
import { readStored } from './stored-rows.ts';
import type { StoredRow } from './stored-rows.ts';

/** For commits of somebody who is no delivery: nothing goes by itself. */
export const withoutLimits: QueueLimits = { maxBytes: Infinity, oldestAtMs: -Infinity, busyUpTo: 0 };

/** What is written anew. */
export interface RewriteInput {
  readonly queue: DurableQueue;
  /** Which opened the queue. */
  readonly worker: QueueWorker;
  /** The samples of a row that stay, in their order. */
  readonly samples: (row: StoredRow) => readonly Sample[];
}

/** Bytes of payload that are written in one transaction, about. */
const COMMIT_BYTES = 4 * 1024 * 1024;

/**
 * Replaces the file of a queue by one in which some samples are missing, counted as `discarded`. Order, and what was counted
 * before, stay. The old file is whole until the new one takes its place, in one step. Needs room for both; closes the queue.
 *
 * @returns how many samples are missing
 */
export async function rewriteQueue({ queue, worker, samples }: RewriteInput, signal: AbortSignal): Promise<number> {
  const { path } = queue;
  const fresh = `${path}.rewriting`;
  await removeFiles(fresh);
  try {
    const discarded = await copy(queue, { worker, fresh, samples, signal });
    await queue.close();
    await swap(queue, fresh);
    return discarded;
  } finally {
    await removeFiles(fresh);
  }
}

interface CopyInput extends Pick<RewriteInput, 'worker' | 'samples'> {
  readonly fresh: string;
  readonly signal: AbortSignal;
}

async function copy(queue: DurableQueue, { worker, fresh, samples, signal }: CopyInput): Promise<number> {
  const target = await worker.open(fresh);
  let appends: QueueRow[] = [];
  let bytes = 0;
  const flush = async (counts: Readonly<Record<string, number>> = {}): Promise<void> => {
    await target.commit({ appends, removes: [], counts, limits: withoutLimits });
    appends = [];
    bytes = 0;
  };
  let discarded = 0;
  try {
    for await (const row of readStored(queue, signal)) {
      const kept = samples(row);
      discarded += row.items - kept.length;
      if (kept.length === 0) continue;
      const payload = kept.length === row.items ? row.payload : packSamples(kept);
      appends.push({ seq: row.seq, items: kept.length, atMs: row.atMs, payload });
      bytes += payload.byteLength;
      if (bytes >= COMMIT_BYTES) await flush();
    }
    const { counts } = queue.opened;
    await flush({ ...counts, discarded: (counts['discarded'] ?? 0) + discarded });
  } finally {
    await target.close();
  }
  if ((await bytesOf(`${fresh}-wal`)) > 0) {
    const message = `${fresh} could not be completed, ${queue.path} is as it was: is there room for both?`;
    throw new QueueError('disk_full', message, { path: fresh });
  }
  return discarded;
}

/** Puts the new file in place of the old one, under its lock, if nobody has touched that since it was closed. */
async function swap({ path, opened }: DurableQueue, fresh: string): Promise<void> {
  const lock = holdLock(`${path}.lock`);
  try {
    const { state } = await inspectQueue(path);
    const { repair: _, ...before } = opened;
    // A log beside the file that still has something in it belongs to a reader that is not done.
    if (!isDeepStrictEqual(state, before) || (await bytesOf(`${path}-wal`)) > 0) {
      throw new QueueError('locked', `${path} was opened by somebody else meanwhile; it is as it was: try again`, {
        path,
      });
    }
    for (const suffix of ['-wal', '-shm']) await rm(path + suffix, { force: true });
    await rename(fresh, path);
    await syncDirectory(dirname(path));
  } finally {
    lock.release();
  }
}

async function removeFiles(path: string): Promise<void> {
  for (const suffix of ['', '-wal', '-shm', '.lock']) await rm(path + suffix, { force: true });
}

async function bytesOf(path: string): Promise<number> {
  const found = await stat(path).catch(() => undefined);
  return found?.size ?? 0;
}

/** The name of a file is on the disk when its directory is. */
async function syncDirectory(path: string): Promise<void> {
  const directory = await open(path);
  try {
    await directory.sync();
  } finally {
    await directory.close();
  }
}
