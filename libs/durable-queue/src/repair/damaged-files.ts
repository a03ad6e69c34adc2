import assert from 'node:assert/strict';
import { copyFileSync, existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { appending, delivering, exampleRow, seededRandom, temporaryDirectory } from '../example.ts';
import { QueueFile } from '../file/queue-file.ts';
import { PAGE_BYTES } from '../file/schema.ts';
import type { QueueRow } from '../queue.ts';

// What the specs of repair damage, and what they know about it from SQLite itself.

/** A queue's files as a crash leaves them. */
interface Crashed {
  readonly path: string;
  /** The same queue, closed in order: no log. */
  readonly closedPath: string;
  /** Seqs of the rows after each commit that is still in the log alone, with the size that the log then had. */
  readonly commits: readonly { readonly walBytes: number; readonly seqs: ReadonlySet<number> }[];
  /** The pages of each row that is in the queue at the end. */
  readonly pagesOf: ReadonlyMap<number, ReadonlySet<number>>;
}

/** Fills a queue with rows of 100 B to 300 kB, removes some, and leaves some commits in the log. */
function crashedQueue(path: string, seed: number): Crashed {
  const random = seededRandom(seed);
  let mostBytes = 300_000;
  const bytes = () => Math.floor(100 * (mostBytes / 100) ** random());
  const seqs = new Set<number>();
  let seq = 0;
  const step = (queue: QueueFile) => {
    if (random() < 0.3 && seqs.size > 3) {
      // The oldest, or out of order, as several calls at once finish.
      const gone = [...seqs].slice(0, 4).filter(() => random() < 0.6);
      queue.commit(delivering(...gone));
      gone.forEach((each) => seqs.delete(each));
    } else {
      const rows = Array.from({ length: 1 + Math.floor(random() * 3) }, () => exampleRow(++seq, bytes()));
      queue.commit(appending(...rows));
      rows.forEach((each) => seqs.add(each.seq));
    }
  };
  const first = new QueueFile(path, unexpected);
  for (let count = 0; count < 25; count += 1) step(first);
  first.close();
  const queue = new QueueFile(path, unexpected);
  // So little that SQLite leaves all of it in the log.
  mostBytes = 100_000;
  const commits = [{ walBytes: 0, seqs: new Set(seqs) }];
  for (let count = 0; count < 8; count += 1) {
    step(queue);
    commits.push({ walBytes: readFileSync(`${path}-wal`).byteLength, seqs: new Set(seqs) });
  }
  copyQueue(path, `${path}.crashed`);
  queue.close();
  return { path: `${path}.crashed`, closedPath: path, commits, pagesOf: pagesOf(path) };
}

export function unexpected(): never {
  throw new Error('nothing was damaged');
}

/** So many queues, for the seeds from one on. */
export function crashedQueues(directory: string, firstSeed: number): readonly (Crashed & { readonly seed: number })[] {
  return Array.from({ length: QUEUES }, (_, index) => firstSeed + index).map((seed) => ({
    seed,
    ...crashedQueue(join(directory, `${seed}.db`), seed),
  }));
}

const QUEUES = 5;

/** A copy of a queue, to be damaged, which goes away with its user: there are hundreds. */
export function copyOf(from: string): { readonly path: string; [Symbol.dispose](): void } {
  const directory = temporaryDirectory();
  const path = join(directory.path, 'q.db');
  copyQueue(from, path);
  return { path, [Symbol.dispose]: () => directory[Symbol.dispose]() };
}

/** Copies the files of a queue, with its log. */
export function copyQueue(from: string, to: string): void {
  for (const suffix of ['', '-wal']) if (existsSync(from + suffix)) copyFileSync(from + suffix, to + suffix);
}

/** The pages of each row, by SQLite's own account. */
function pagesOf(path: string): Map<number, Set<number>> {
  const database = new DatabaseSync(path, { readOnly: true });
  const found = new Map<number, Set<number>>();
  try {
    const seqs = database.prepare('SELECT seq FROM rows ORDER BY seq').all();
    const leaves = database
      .prepare("SELECT path, pageno, ncell FROM dbstat WHERE name = 'rows' AND pagetype = 'leaf' ORDER BY path")
      .all();
    const overflow = database.prepare('SELECT pageno FROM dbstat WHERE name = ? AND path GLOB ?');
    let index = 0;
    for (const { path: leaf, pageno, ncell } of leaves) {
      for (let cell = 0; cell < Number(ncell); cell += 1) {
        const pattern = `${String(leaf)}${cell.toString(16).padStart(3, '0')}+*`;
        const chain = overflow.all('rows', pattern).map((row) => Number(row['pageno']));
        found.set(Number(seqs[index++]?.['seq']), new Set([Number(pageno), ...chain]));
      }
    }
  } finally {
    database.close();
  }
  return found;
}

/** The pages in a log, by frame. */
export function walPages(path: string): number[] {
  const log = readFileSync(`${path}-wal`);
  const pages: number[] = [];
  for (let at = 32; at < log.byteLength; at += 24 + PAGE_BYTES) pages.push(log.readUInt32BE(at));
  return pages;
}

/** All rows of a queue, read as a sender reads them. */
export function readAll(queue: QueueFile): QueueRow[] {
  const rows: QueueRow[] = [];
  for (;;) {
    const more = queue.read({ afterSeq: rows.at(-1)?.seq ?? 0, maxBytes: 1_000_000, maxRows: 100 });
    if (more.length === 0) return rows;
    rows.push(...more);
  }
}

/** Every row is one that was put in, byte for byte. */
export function assertGenuine(rows: readonly QueueRow[]): void {
  let last = 0;
  for (const row of rows) {
    assert.ok(row.seq > last, 'seqs rise, none is there twice');
    last = row.seq;
    assert.deepEqual({ ...row, payload: Buffer.from(row.payload) }, genuine(row));
  }
}

function genuine({ seq, payload }: QueueRow): unknown {
  const row = exampleRow(seq, payload.byteLength);
  return { ...row, payload: Buffer.from(row.payload) };
}

/** `polled` is what was delivered, what is damaged and what is there. */
export function assertAddsUp({ state }: QueueFile): void {
  const { polled = 0, delivered = 0, damaged = 0 } = state.counts;
  assert.equal(polled, delivered + damaged + state.items);
  assert.equal(state.items, state.rows);
}
