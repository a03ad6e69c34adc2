import { readWal } from './wal.ts';

/**
 * What is wrong with the write-ahead log of a file, or with the file where the log does not make up for it; `undefined` if
 * nothing. SQLite takes a log up to its first broken frame and forgets the rest, which may have been committed.
 *
 * @param filePages how many whole pages the file has
 */
export function findWalDamage(walPath: string, filePages: number): string | undefined {
  const { committed, isBroken } = readWal(walPath);
  if (isBroken) return 'its write-ahead log is broken in the middle';
  const last = committed.at(-1);
  if (last === undefined) return undefined;
  const inLog = new Set(committed.map(({ page }) => page));
  for (let page = filePages + 1; page <= last.pagesAfter; page += 1) {
    if (!inLog.has(page)) return 'the file is cut off';
  }
  return undefined;
}
