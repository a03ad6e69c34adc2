import { createReadStream, createWriteStream } from 'node:fs';
import { access, rename, rm, stat } from 'node:fs/promises';
import { pipeline } from 'node:stream/promises';
import { createGzip } from 'node:zlib';
import { sleep } from '@nephometer/abortable';
import type { FileRotation } from './file-options.ts';

/** The old files of a file: `path.1`, the youngest, to `path.N`, or `path.1.gz` to `path.N.gz`. One call at a time. */
export interface Backups {
  /**
   * Makes the file the youngest backup. The oldest goes only if there are as many as may stay. Whatever fails on the way, and
   * whenever the process ends, no other backup is lost, and calling again goes on.
   *
   * With compression, that of the backups goes on when this has resolved; the next call waits for it. A backup that cannot be
   * compressed stays as it is, and is tried again at the next call.
   *
   * @throws the system's error
   */
  add(): Promise<void>;
  /** Waits a moment for a compression that goes on, and breaks it off then. Safe twice. */
  close(): Promise<void>;
}

/** How long closing waits for a compression. */
const patienceMs = 2000;

/** The backups of the file at a path, however many are there; without a rotation nothing happens. */
export function createBackups(path: string, rotation: FileRotation | undefined): Backups {
  const backupCount = rotation?.backupCount ?? 0;
  const ending = new AbortController();
  let compressing: Promise<void> = Promise.resolve();

  async function compressAll(): Promise<void> {
    for (let number = 1; number <= backupCount; number += 1) {
      await compress(`${path}.${number}`, ending.signal);
    }
  }

  return {
    async add() {
      await compressing;
      await makeRoom(path, backupCount);
      // Somebody may have moved it away.
      if (await isThere(path)) await rename(path, `${path}.1`);
      // What failed is in nobody's way, and the disk may have room the next time.
      if (rotation?.isCompressed) compressing = compressAll().catch(() => undefined);
    },
    async close() {
      const waited = new AbortController();
      const patience = sleep(patienceMs, waited.signal).catch(() => undefined);
      await Promise.race([compressing, patience]);
      waited.abort();
      ending.abort();
      await compressing;
    },
  };
}

/** Moves the backups up to the first number that is not taken, or, if all are, away from the last one. */
async function makeRoom(path: string, backupCount: number): Promise<void> {
  const names: (string | undefined)[] = [];
  for (let number = 1; number <= backupCount; number += 1) {
    const name = await backupName(`${path}.${number}`);
    names.push(name);
    if (name === undefined) break;
  }
  if (names.length === backupCount) {
    const oldest = names.at(-1);
    if (oldest !== undefined) await rm(oldest, { force: true });
  }
  // From the oldest on: each goes where nothing is.
  for (let number = names.length - 1; number >= 1; number -= 1) {
    const name = names[number - 1];
    if (name !== undefined) await rename(name, `${path}.${number + 1}${name.endsWith('.gz') ? '.gz' : ''}`);
  }
}

/** How a backup is called: compressed or not. Who died after compressing it left both, which are the same. */
async function backupName(plain: string): Promise<string | undefined> {
  if (!(await isThere(`${plain}.gz`))) return (await isThere(plain)) ? plain : undefined;
  await rm(plain, { force: true });
  return `${plain}.gz`;
}

async function isThere(path: string): Promise<boolean> {
  try {
    await access(path);
    return true;
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'ENOENT') return false;
    throw error;
  }
}

/** Compresses a backup, if it is there and is not compressed. At any moment one of the two files is whole. */
async function compress(plain: string, signal: AbortSignal): Promise<void> {
  signal.throwIfAborted();
  if ((await backupName(plain)) !== plain) return;
  const part = `${plain}.gz.part`;
  try {
    const { mode } = await stat(plain);
    await pipeline(createReadStream(plain), createGzip(), createWriteStream(part, { mode, flush: true }), { signal });
    await rename(part, `${plain}.gz`);
  } catch (error) {
    await rm(part, { force: true });
    throw error;
  }
  await rm(plain);
}
