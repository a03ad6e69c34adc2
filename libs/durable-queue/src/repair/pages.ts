import { closeSync, fstatSync, readSync } from 'node:fs';
import { PAGE_BYTES } from '../file/schema.ts';
import { openIfThere, readWal } from './wal.ts';
import type { Frame } from './wal.ts';

/**
 * The pages of a database and its log, read without SQLite: whatever is left of them. The three generators give the numbers of
 * pages; while one runs, `read` sees the pages in its way.
 */
export interface Pages {
  /** Size of file and log: no row is bigger. */
  readonly bytes: number;
  /** A page, from 1; cut short or empty if that is all there is. */
  read(page: number): Uint8Array;
  /** All pages, as of the last commit that the log tells in order: what SQLite would see. */
  committed(): Iterable<number>;
  /** Then those of the frames behind: as each transaction left them, one after the other. */
  behind(): Iterable<number>;
  /** Those of the file without its log. A log that was cut may be older than the file. */
  withoutLog(): Iterable<number>;
  close(): void;
}

/** Opens what there is of a database; either file may be missing. Nothing else may have them open. */
export function openPages(path: string): Pages {
  const file = openIfThere(path);
  const log = openIfThere(`${path}-wal`);
  const { committed, tail } = readWal(`${path}-wal`);
  const fileBytes = file === undefined ? 0 : fstatSync(file).size;
  const filePages = Math.ceil(fileBytes / PAGE_BYTES);
  const offsets = new Map<number, number>();
  const apply = (frames: readonly Frame[]) => frames.forEach(({ page, offset }) => offsets.set(page, offset));

  function* inFile(): Iterable<number> {
    for (let page = 1; page <= filePages; page += 1) yield page;
  }

  return {
    bytes: fileBytes + (log === undefined ? 0 : fstatSync(log).size),
    read: (page) => {
      const offset = offsets.get(page);
      if (offset !== undefined && log !== undefined) return readPage(log, offset);
      return file === undefined || page > filePages ? new Uint8Array() : readPage(file, (page - 1) * PAGE_BYTES);
    },
    *committed() {
      apply(committed);
      yield* inFile();
      for (const page of offsets.keys()) if (page > filePages) yield page;
    },
    *behind() {
      for (const frames of transactions(tail)) {
        apply(frames);
        for (const { page } of frames) yield page;
      }
    },
    *withoutLog() {
      offsets.clear();
      yield* log === undefined ? [] : inFile();
    },
    close: () => {
      for (const open of [file, log]) if (open !== undefined) closeSync(open);
    },
  };
}

function* transactions(frames: readonly Frame[]): Iterable<readonly Frame[]> {
  let open: Frame[] = [];
  for (const frame of frames) {
    open.push(frame);
    if (frame.pagesAfter === 0) continue;
    yield open;
    open = [];
  }
  yield open;
}

function readPage(file: number, offset: number): Uint8Array {
  const page = Buffer.alloc(PAGE_BYTES);
  return page.subarray(0, readSync(file, page, 0, PAGE_BYTES, offset));
}
