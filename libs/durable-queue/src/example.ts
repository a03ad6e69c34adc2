import { accessSync, constants, mkdtempSync, rmSync, statfsSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { QueueCommit, QueueRow } from './queue.ts';

// What the specs of this library share.

/**
 * A directory that goes away with its user; in memory if there is plenty of room: specs commit thousands of times, and each commit
 * waits for the disk. What is tested here is the same on both.
 */
export function temporaryDirectory(): { readonly path: string; [Symbol.dispose](): void } {
  const path = mkdtempSync(join(hasRoom('/dev/shm') ? '/dev/shm' : tmpdir(), 'durable-queue-'));
  return { path, [Symbol.dispose]: () => rmSync(path, { recursive: true, force: true }) };
}

function hasRoom(directory: string): boolean {
  try {
    accessSync(directory, constants.W_OK);
    const { bavail, bsize } = statfsSync(directory);
    return bavail * bsize > 1024 ** 3;
  } catch {
    return false;
  }
}

/** Numbers from 0 to 1 that are the same for the same seed (mulberry32). */
export function seededRandom(seed: number): () => number {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
}

/** A row of one item with a payload that tells its seq. */
export function exampleRow(seq: number, bytes = 100): QueueRow {
  const random = seededRandom(seq);
  const words = new Uint32Array(Math.ceil(bytes / 4)).map(() => random() * 2 ** 32);
  const payload = new Uint8Array(words.buffer).slice(0, bytes);
  return { seq, items: 1, atMs: 1_000 + seq, payload };
}

/** A commit that does nothing and has no limits, but for `fields`. */
export function exampleCommit(fields: Partial<QueueCommit> = {}): QueueCommit {
  const limits = { maxBytes: Infinity, oldestAtMs: 0, busyUpTo: 0 };
  return { appends: [], removes: [], counts: { polled: fields.appends?.length ?? 0 }, limits, ...fields };
}

/** The commit that appends rows of one item. */
export function appending(...appends: QueueRow[]): QueueCommit {
  return exampleCommit({ appends });
}

/** The commit that removes rows of one item which have been delivered. */
export function delivering(...removes: number[]): QueueCommit {
  return exampleCommit({ removes, counts: { delivered: removes.length } });
}
