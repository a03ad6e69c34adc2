import { existsSync, renameSync, rmSync } from 'node:fs';
import { dirname } from 'node:path';
import { syncPath } from '../file/private-files.ts';
import { buildFile } from './build-file.ts';
import type { BuiltFile } from './build-file.ts';
import { carveRows } from './carve-rows.ts';
import { openPages } from './pages.ts';
import type { Pages } from './pages.ts';
import type { StoredRow } from '../file/stored-row.ts';

/** What {@link repairFile} did. */
export interface Repaired extends BuiltFile {
  readonly damagedPath: string;
}

// Incomplete under the first name, complete under the second: a crash at any moment leaves what the next start can go on with.
const building = (path: string) => `${path}.repairing`;
const complete = (path: string) => `${path}.repaired`;

/** Makes an empty queue. */
export function createFile(path: string): void {
  buildFile(building(path), []);
  swapIn(path);
}

/**
 * Makes a new file with every whole row of a damaged one and puts the damaged one aside, with its log. Needs room for both.
 * Nothing may have the file open. Memory: one row.
 */
export function repairFile(path: string): Repaired {
  const pages = openPages(path);
  let built: BuiltFile;
  try {
    built = buildFile(building(path), allRows(pages));
  } finally {
    pages.close();
  }
  return { ...built, damagedPath: swapIn(path) };
}

/** Finishes a repair that was interrupted when all was in the new file. Gives where the damaged one is, if there was a repair. */
export function finishRepair(path: string): string | undefined {
  return unfinishedRepair(path) === undefined ? undefined : moveIn(path);
}

/** The complete new file that an interrupted repair has left, which takes the place of the queue's when that is opened. */
export function unfinishedRepair(path: string): string | undefined {
  return existsSync(complete(path)) ? complete(path) : undefined;
}

/** Every whole row, and the counters, of every age. */
function* allRows(pages: Pages): Iterable<StoredRow> {
  let committed = 0;
  for (const row of carveAll(pages, pages.committed())) {
    if (row.seq === 0) committed = Math.max(committed, row.revision);
    yield row;
  }
  yield* carveAll(pages, pages.behind());
  // An older row that only the file alone still has was removed by a commit that is in the log.
  for (const row of carveAll(pages, pages.withoutLog())) if (row.revision > committed) yield row;
}

function* carveAll(pages: Pages, numbers: Iterable<number>): Iterable<StoredRow> {
  for (const number of numbers) yield* carveRows(pages, number);
}

function swapIn(path: string): string {
  renameSync(building(path), complete(path));
  return moveIn(path);
}

function moveIn(path: string): string {
  const aside = freeName(`${path}.damaged-${new Date().toISOString().replace(/[-:]|\.\d+/g, '')}`);
  // The log first: beside the new file it would be taken for its own.
  for (const suffix of ['-wal', '']) {
    if (existsSync(path + suffix)) renameSync(path + suffix, aside + suffix);
  }
  rmSync(`${path}-shm`, { force: true });
  renameSync(complete(path), path);
  syncPath(dirname(path));
  return aside;
}

function freeName(name: string): string {
  for (let count = 2, free = name; ; free = `${name}-${count++}`) {
    if (!existsSync(free) && !existsSync(`${free}-wal`)) return free;
  }
}
