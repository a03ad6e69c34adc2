import assert from 'node:assert/strict';
import { rmSync, statSync, truncateSync } from 'node:fs';
import { join } from 'node:path';
import { after, test } from 'node:test';
import { appending, exampleRow, seededRandom, temporaryDirectory } from '../example.ts';
import { QueueFile } from '../file/queue-file.ts';
import { PAGE_BYTES } from '../file/schema.ts';
import { inspectFile } from '../inspect-file.ts';
import type { RepairReport } from '../queue.ts';
import {
  assertAddsUp,
  assertGenuine,
  copyOf,
  copyQueue,
  crashedQueues,
  readAll,
  unexpected,
  walPages,
} from './damaged-files.ts';

const directory = temporaryDirectory();
after(() => directory[Symbol.dispose]());
const queues = crashedQueues(directory.path, 1);

test('a queue file cut at a random byte, 200 times: opens, and keeps all rows whose pages are left', (context) => {
  context.diagnostic(`seeds ${queues.map(({ seed }) => seed).join(' ')}`);
  let repairs = 0;
  for (const { seed, path: whole, pagesOf } of queues) {
    const inLog = new Set(walPages(whole));
    const random = seededRandom(seed);
    for (let count = 1; count <= 40; count += 1) {
      using copy = copyOf(whole);
      const { path } = copy;
      const cut = Math.floor(random() * statSync(path).size);
      truncateSync(path, cut);
      const reports: RepairReport[] = [];
      const queue = new QueueFile(path, (report) => reports.push(report));
      try {
        const rows = readAll(queue);
        assertGenuine(rows);
        assertAddsUp(queue);
        const seqs = new Set(rows.map(({ seq }) => seq));
        for (const [seq, pages] of pagesOf) {
          const isLeft = [...pages].every((page) => inLog.has(page) || page * PAGE_BYTES <= cut);
          assert.ok(!isLeft || seqs.has(seq), `seed ${seed}, cut at ${cut}: row ${seq} is lost`);
          seqs.delete(seq);
        }
        // The log always has the newest counters, which know what was removed.
        assert.equal(seqs.size, 0, `seed ${seed}, cut at ${cut}: removed rows came back`);
        const [report] = reports;
        if (report) assert.ok(statSync(report.damagedPath).size === cut && report.reason.startsWith(path));
        assert.equal(queue.state.rows, rows.length);
        repairs += reports.length;
      } finally {
        queue.close();
      }
    }
  }
  assert.ok(repairs > 50, 'a cut of pages that the log has costs nothing');
});

test('a log cut at a random byte, 100 times: what was committed before it is there', () => {
  for (const { seed, path: whole, commits } of queues) {
    const random = seededRandom(seed);
    for (let count = 1; count <= 20; count += 1) {
      using copy = copyOf(whole);
      const { path } = copy;
      const cut = Math.floor(random() * statSync(`${path}-wal`).size);
      truncateSync(`${path}-wal`, cut);
      const queue = new QueueFile(path, unexpected);
      try {
        const rows = readAll(queue);
        assertGenuine(rows);
        assertAddsUp(queue);
        const last = commits.findLast(({ walBytes }) => walBytes <= cut);
        assert.deepEqual(new Set(rows.map(({ seq }) => seq)), last?.seqs, `seed ${seed}, cut at ${cut}`);
      } finally {
        queue.close();
      }
    }
  }
});

test('a log without its file gives what is in it', () => {
  const path = join(directory.path, 'q.db');
  const owner = new QueueFile(path, unexpected);
  owner.commit(appending(exampleRow(1), exampleRow(2, 50_000)));
  for (const size of [undefined, 0]) {
    const lost = join(directory.path, `${size}.db`);
    copyQueue(path, lost);
    if (size === undefined) rmSync(lost);
    else {
      truncateSync(lost, size);
      assert.equal(inspectFile(lost).damage.length, 1, 'and looking at it changes nothing');
    }
    const reports: RepairReport[] = [];
    const queue = new QueueFile(lost, (report) => reports.push(report));
    assertGenuine(readAll(queue));
    assert.deepEqual(
      reports.map(({ keptRows, lostItems }) => [keptRows, lostItems]),
      [[2, 0]],
    );
    queue.close();
  }
  owner.close();
});
