import { statfsSync, statSync } from 'node:fs';
import { dirname, resolve } from 'node:path';

/**
 * What rows leave free on a file system: a queue that has filled its disk must still be able to remove rows, which goes through the
 * log, and to move the log into the file.
 */
export const KEPT_FREE_BYTES = 32 * 1024 * 1024;

/** Bytes that the file system of a path has left for us; `undefined` if it does not tell. */
export function freeBytes(path: string): number | undefined {
  try {
    const { bavail, bsize } = statfsSync(dirname(path));
    return bavail * bsize;
  } catch {
    return undefined;
  }
}

/** What a full disk is called in an error: the file, where its file system is, and what it has left. */
export function diskFullMessage(path: string): string {
  const left = Math.floor((freeBytes(path) ?? 0) / 1024);
  const needed = KEPT_FREE_BYTES / 1024;
  return (
    `${path}: the disk is full: make room on the file system at ${mountPoint(path)}, which has ${left} KiB left, ` +
    `while ${needed} KiB are needed to work`
  );
}

/** Where the file system of a path begins: the last directory upwards that is on the same device. */
function mountPoint(path: string): string {
  let directory = dirname(resolve(path));
  try {
    const { dev } = statSync(directory);
    for (;;) {
      const above = dirname(directory);
      if (above === directory || statSync(above).dev !== dev) return directory;
      directory = above;
    }
  } catch {
    return directory;
  }
}
