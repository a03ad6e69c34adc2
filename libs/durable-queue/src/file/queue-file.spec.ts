import assert from 'node:assert/strict';
import { existsSync, mkdirSync, readFileSync, readdirSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { test } from 'node:test';
import { appending, delivering, exampleCommit, exampleRow, temporaryDirectory } from '../example.ts';
import type { QueueErrorCode } from '../queue-error.ts';
import type { RepairReport } from '../queue.ts';
import { assertAddsUp, readAll, unexpected } from '../repair/damaged-files.ts';
import { newQueue, seqsOf } from './new-queue.ts';
import { QueueFile } from './queue-file.ts';

function rejects(work: () => unknown, code: QueueErrorCode, message: RegExp): void {
  assert.throws(work, { name: 'QueueError', code, message });
}

test('what is committed is there again when the file is opened again', () => {
  using fresh = newQueue();
  const { queue, path } = fresh;
  assert.deepEqual(queue.state, {
    lastSeq: 0,
    firstSeq: undefined,
    rows: 0,
    items: 0,
    bytes: 0,
    oldestAtMs: undefined,
    counts: {},
  });
  queue.commit(appending(exampleRow(1), exampleRow(2, 50_000), exampleRow(5, 0)));
  queue.commit(delivering(1));
  const { state } = queue;
  queue.close();
  const again = new QueueFile(path, unexpected);
  assert.deepEqual(again.state, state);
  assert.deepEqual(state, {
    lastSeq: 5,
    firstSeq: 2,
    rows: 2,
    items: 2,
    bytes: 50_000,
    oldestAtMs: 1_002,
    counts: { polled: 3, delivered: 1 },
  });
  assert.deepEqual(
    readAll(again).map((row) => ({ ...row, payload: Buffer.from(row.payload) })),
    [exampleRow(2, 50_000), exampleRow(5, 0)].map((row) => ({ ...row, payload: Buffer.from(row.payload) })),
  );
  again.close();
});

test('the last seq is remembered when all rows are gone', () => {
  using fresh = newQueue();
  fresh.queue.commit(appending(exampleRow(7)));
  fresh.queue.commit(delivering(7));
  fresh.queue.close();
  const again = new QueueFile(fresh.path, unexpected);
  assert.equal(again.state.lastSeq, 7);
  assert.throws(() => again.commit(appending(exampleRow(7))), RangeError);
  assert.equal(again.commit(appending(exampleRow(8))).state.rows, 1);
  again.close();
});

test('a read ends at its bounds and gives at least one row', () => {
  using fresh = newQueue();
  const { queue } = fresh;
  queue.commit(appending(...[1, 2, 3, 4].map((seq) => exampleRow(seq, 1000))));
  const seqs = (afterSeq: number, maxBytes: number, maxRows: number) =>
    queue.read({ afterSeq, maxBytes, maxRows }).map(({ seq }) => seq);
  assert.deepEqual(seqs(0, 2500, 10), [1, 2]);
  assert.deepEqual(seqs(0, 1, 10), [1]);
  assert.deepEqual(seqs(2, 1e6, 1), [3]);
  assert.deepEqual(seqs(4, 1e6, 10), []);
});

test('a commit that is wrong changes nothing', () => {
  using fresh = newQueue();
  const { queue } = fresh;
  queue.commit(appending(exampleRow(3)));
  const { state } = queue;
  for (const bad of [
    { ...exampleRow(4), seq: 3 },
    { ...exampleRow(4), seq: 4.5 },
    { ...exampleRow(4), items: -1 },
    { ...exampleRow(4), atMs: NaN },
  ]) {
    assert.throws(() => queue.commit(exampleCommit({ appends: [bad], removes: [3] })), RangeError);
  }
  assert.throws(() => queue.commit(exampleCommit({ removes: [3], counts: { delivered: NaN } })), RangeError);
  assert.deepEqual(queue.state, state);
});

test('counters may have any name', () => {
  using fresh = newQueue();
  fresh.queue.commit(exampleCommit({ counts: { ['__proto__']: 2, constructor: 3 } }));
  const { counts } = fresh.queue.state;
  assert.deepEqual(Object.entries(counts), [
    ['__proto__', 2],
    ['constructor', 3],
  ]);
});

test('only this user can read the files', () => {
  using fresh = newQueue();
  fresh.queue.commit(appending(exampleRow(1)));
  const directory = join(fresh.path, '..');
  assert.equal(statSync(directory).mode & 0o777, 0o700);
  const names = readdirSync(directory);
  assert.ok(names.includes('q.db-wal'));
  for (const name of names) assert.equal(statSync(join(directory, name)).mode & 0o777, 0o600, name);
});

test('a file has one owner at a time', () => {
  using fresh = newQueue();
  rejects(() => new QueueFile(fresh.path, unexpected), 'locked', /q\.db\.lock is in use by this process/);
  fresh.queue.close();
  fresh.queue.close();
  rejects(() => fresh.queue.state, 'closed', /is closed/);
  new QueueFile(fresh.path, unexpected).close();
});

test('a file of a newer version, of another program, and a directory are refused and left alone', () => {
  using directory = temporaryDirectory();
  const path = join(directory.path, 'q.db');
  new QueueFile(path, unexpected).close();
  const change = (sql: string) => {
    const database = new DatabaseSync(path);
    database.exec(sql);
    database.close();
  };
  change('PRAGMA user_version = 2');
  rejects(() => new QueueFile(path, unexpected), 'newer_version', /has version 2/);
  change('PRAGMA user_version = 1; PRAGMA application_id = 5; DROP TABLE rows');
  rejects(() => new QueueFile(path, unexpected), 'cannot_open', /another program/);
  mkdirSync(join(directory.path, 'sub'));
  rejects(() => new QueueFile(join(directory.path, 'sub'), unexpected), 'cannot_open', /sub/);
  rejects(() => new QueueFile(join(path, 'below'), unexpected), 'cannot_open', /below/);
  assert.deepEqual(
    readdirSync(directory.path).filter((name) => name.includes('damaged')),
    [],
  );
});

test('what is no queue at all is put aside', () => {
  using directory = temporaryDirectory();
  for (const content of ['', 'x', 'SQLite format 3\0', 'no queue'.repeat(2000)]) {
    const path = join(directory.path, `${content.length}.db`);
    writeFileSync(path, content);
    const reports: RepairReport[] = [];
    const queue = new QueueFile(path, (report) => reports.push(report));
    queue.commit(appending(exampleRow(1)));
    assert.equal(queue.state.rows, 1);
    queue.close();
    assert.equal(reports.length, 1);
    const [report] = reports;
    assert.equal(report?.lostItems, undefined);
    assert.equal(report && statSync(report.damagedPath).size, content.length);
  }
});

test('a repair that was interrupted is finished', () => {
  using fresh = newQueue();
  fresh.queue.commit(appending(exampleRow(1)));
  fresh.queue.close();
  const whole = join(fresh.path, '..', 'whole.db');
  const queue = new QueueFile(whole, unexpected);
  queue.commit(appending(exampleRow(1), exampleRow(2)));
  queue.close();
  for (const [from, to] of [
    [whole, `${fresh.path}.repaired`],
    [`${whole}.lock`, `${fresh.path}-wal`],
  ] as const) {
    writeFileSync(to, readFileSync(from));
  }
  writeFileSync(`${fresh.path}.repairing`, 'half');
  const reports: RepairReport[] = [];
  const again = new QueueFile(fresh.path, (report) => reports.push(report));
  assert.deepEqual(seqsOf(again), [1, 2]);
  assert.equal(reports.length, 1);
  assert.ok(existsSync(`${reports[0]?.damagedPath}-wal`));
  again.close();
});

test('a row that turns out to be damaged while the queue is in use is given up, and counted', () => {
  using fresh = newQueue();
  const { queue, path } = fresh;
  queue.commit(appending(exampleRow(1), exampleRow(2, 20_000), exampleRow(3)));
  queue.close();
  const bytes = readFileSync(path);
  const at = bytes.indexOf(exampleRow(2, 20_000).payload.subarray(10_000, 10_016));
  bytes[at] = (bytes[at] ?? 0) ^ 1;
  writeFileSync(path, bytes);
  const reports: RepairReport[] = [];
  const again = new QueueFile(path, (report) => reports.push(report));
  assert.equal(reports.length, 0, 'a payload is looked at when it is read');
  assert.deepEqual(seqsOf(again), [1, 3]);
  assert.equal(reports[0]?.lostItems, 1);
  assert.deepEqual(again.state.counts, { polled: 3, damaged: 1 });
  // Its reader had it already, and delivers it.
  assert.deepEqual(again.commit(delivering(2)).state.counts, { polled: 3, damaged: 0, delivered: 1 });
  assertAddsUp(again);
  again.close();
});

test('the file becomes small again after an outage', () => {
  using fresh = newQueue();
  const { queue, path } = fresh;
  const commits = Array.from({ length: 20 }, (_, commit) =>
    Array.from({ length: 10 }, (__, row) => 10 * commit + row + 1),
  );
  for (const seqs of commits) queue.commit(appending(...seqs.map((seq) => exampleRow(seq, 200_000))));
  assert.ok(statSync(path).size > 35_000_000);
  for (const seqs of commits) {
    queue.commit(delivering(...seqs));
    queue.tidy();
  }
  assert.ok(statSync(path).size < 10_000_000);
  assert.ok(statSync(`${path}-wal`).size < 20_000_000);
});
