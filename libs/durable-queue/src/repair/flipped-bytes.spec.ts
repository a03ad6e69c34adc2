import assert from 'node:assert/strict';
import { readFileSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { after, test } from 'node:test';
import { exampleRow, seededRandom, temporaryDirectory } from '../example.ts';
import { encodeHead, headBytes } from '../file/stored-row.ts';
import { QueueFile } from '../file/queue-file.ts';
import { PAGE_BYTES } from '../file/schema.ts';
import type { QueueRow, RepairReport } from '../queue.ts';
import { assertAddsUp, assertGenuine, copyOf, crashedQueues, readAll, walPages } from './damaged-files.ts';

/** Opens a queue and reads all of it; it may be repaired on the way. */
function openAndRead(path: string): { readonly rows: QueueRow[]; readonly reports: RepairReport[] } {
  const reports: RepairReport[] = [];
  const queue = new QueueFile(path, (report) => reports.push(report));
  try {
    readAll(queue);
    // What was read before a repair may be lost since.
    const rows = readAll(queue);
    assertGenuine(rows);
    assertAddsUp(queue);
    return { rows, reports };
  } finally {
    queue.close();
  }
}

/** Turns over some bits of the byte at a place of a file. */
function flip(path: string, at: number, bits: number): void {
  const bytes = readFileSync(path);
  bytes[at] = (bytes[at] ?? 0) ^ bits;
  writeFileSync(path, bytes);
}

const directory = temporaryDirectory();
after(() => directory[Symbol.dispose]());
const queues = crashedQueues(directory.path, 21);

test('a byte that is flipped in the file costs the rows it belongs to and no other, 100 times', () => {
  let repairs = 0;
  for (const { seed, closedPath, pagesOf } of queues) {
    const random = seededRandom(seed);
    for (let count = 1; count <= 20; count += 1) {
      using copy = copyOf(closedPath);
      const { path } = copy;
      const at = Math.floor(random() * statSync(path).size);
      flip(path, at, 1 + Math.floor(random() * 255));
      const { rows, reports } = openAndRead(path);
      repairs += reports.length;
      const seqs = new Set(rows.map(({ seq }) => seq));
      const page = Math.floor(at / PAGE_BYTES) + 1;
      const lost = [...pagesOf].filter(([seq]) => !seqs.has(seq));
      for (const [seq, pages] of lost) assert.ok(pages.has(page), `seed ${seed}, byte ${at}: row ${seq} is lost`);
      const lostItems = reports.reduce((sum, report) => sum + (report.lostItems ?? 0), 0);
      assert.equal(lostItems, lost.length);
    }
  }
  assert.ok(repairs > 20, 'most of the file is payload');
});

test('a row is found also where the page around it is shredded', () => {
  const path = join(directory.path, 'q.db');
  const row = exampleRow(3, 800);
  const queue = new QueueFile(path, () => undefined);
  queue.commit({
    appends: [exampleRow(1, 800), exampleRow(2, 800), row, exampleRow(4, 800)],
    removes: [],
    counts: { polled: 4 },
    limits: { maxBytes: Infinity, oldestAtMs: 0, busyUpTo: 0 },
  });
  queue.close();
  const bytes = readFileSync(path);
  const head = encodeHead({ ...row, revision: 1, lowSeq: 1 }).subarray(0, 16);
  const start = bytes.indexOf(head);
  assert.ok(start > 0);
  const end = start + headBytes + row.payload.byteLength;
  const page = Math.floor(start / PAGE_BYTES) * PAGE_BYTES;
  bytes.fill(0xa5, page, start).fill(0xa5, end, page + PAGE_BYTES);
  writeFileSync(path, bytes);
  const { rows, reports } = openAndRead(path);
  assert.deepEqual(
    rows.map(({ seq }) => seq),
    [3],
  );
  assert.equal(reports[0]?.lostItems, 3);
});

test('a byte that is flipped in the log costs only rows of its frame, 100 times', () => {
  for (const { seed, path: whole, pagesOf } of queues) {
    const pagesByFrame = walPages(whole);
    const random = seededRandom(seed);
    for (let count = 1; count <= 20; count += 1) {
      using copy = copyOf(whole);
      const { path } = copy;
      const at = Math.floor(random() * statSync(`${path}-wal`).size);
      flip(`${path}-wal`, at, 1 + Math.floor(random() * 255));
      const page = pagesByFrame[Math.floor((at - 32) / (PAGE_BYTES + 24))];
      const { rows } = openAndRead(path);
      const seqs = new Set(rows.map(({ seq }) => seq));
      for (const [seq, pages] of pagesOf) {
        const isHit = page !== undefined && pages.has(page);
        assert.ok(isHit || seqs.has(seq), `seed ${seed}, byte ${at} of the log: row ${seq} is lost`);
      }
    }
  }
});
