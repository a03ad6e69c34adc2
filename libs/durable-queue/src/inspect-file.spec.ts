import assert from 'node:assert/strict';
import { readFileSync, readdirSync, renameSync, statSync, truncateSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { test } from 'node:test';
import { crc32 } from 'node:zlib';
import { appending, exampleCommit, exampleRow, temporaryDirectory } from './example.ts';
import { QueueFile } from './file/queue-file.ts';
import { inspectFile } from './inspect-file.ts';
import type { RepairReport } from './queue.ts';
import { copyQueue, unexpected } from './repair/damaged-files.ts';

/** A queue of three rows in a directory of its own, closed. */
function closedQueue(): { readonly path: string; [Symbol.dispose](): void } {
  const directory = temporaryDirectory();
  const path = join(directory.path, 'q.db');
  const queue = new QueueFile(path, unexpected);
  queue.commit(appending(exampleRow(1), exampleRow(2, 20_000), exampleRow(3)));
  queue.close();
  return { path, [Symbol.dispose]: () => directory[Symbol.dispose]() };
}

/** Names, times and checksums of a queue's files and all beside them. */
function everything(path: string): readonly (readonly [name: string, mtimeMs: number, sum: number])[] {
  return readdirSync(dirname(path)).map((name) => {
    const file = join(dirname(path), name);
    return [name, statSync(file).mtimeMs, crc32(readFileSync(file))];
  });
}

test('a queue that nobody has open is as it was, and nothing is left beside it', () => {
  using closed = closedQueue();
  const before = everything(closed.path);
  assert.equal(inspectFile(closed.path).state?.rows, 3);
  assert.deepEqual(everything(closed.path), before);
});

test('a queue with a log that a crash has left is as it was, and nothing is left beside it', () => {
  using directory = temporaryDirectory();
  const path = join(directory.path, 'crashed.db');
  const owner = new QueueFile(join(directory.path, 'q.db'), unexpected);
  owner.commit(appending(exampleRow(1), exampleRow(2)));
  copyQueue(owner.path, path);
  owner.close();
  for (const lock of [undefined, '']) {
    if (lock !== undefined) writeFileSync(`${path}.lock`, lock);
    const before = everything(path);
    const { state, damage } = inspectFile(path);
    assert.deepEqual([state?.rows, damage], [2, []]);
    assert.deepEqual(everything(path), before);
  }
});

test('the files of a queue that is open stay with its owner', () => {
  using closed = closedQueue();
  const owner = new QueueFile(closed.path, unexpected);
  // In the index, each reader notes where it is; readers and writers share it.
  const allButIndex = () => everything(closed.path).map((file) => (file[0].endsWith('-shm') ? file[0] : file));
  // First the log is empty, then it is in use.
  for (const seq of [4, 5]) {
    const before = allButIndex();
    assert.equal(inspectFile(closed.path).state?.rows, seq - 1);
    assert.deepEqual(allButIndex(), before);
    owner.commit(appending(exampleRow(seq)));
  }
  owner.close();
  assert.deepEqual(readdirSync(dirname(closed.path)), ['q.db', 'q.db.lock']);
});

test('whatever opening a queue finds to be damaged is found by inspecting it, which changes nothing', () => {
  const damages: readonly (readonly [RegExp, (path: string) => void])[] = [
    [/the file has 0 bytes, and a queue in which nothing waits has some/, (path) => truncateSync(path)],
    [/the file is cut off/, (path) => truncateSync(path, 1000)],
    [/the file is gone and its write-ahead log is there/, (path) => renameSync(path, `${path}-wal`)],
    [/its header is not what was written/, (path) => overwrite(path, 60, 0xff)],
    [/row 2 is not what was written/, (path) => overwrite(path, indexOfRow(path, 2), 0xff)],
    [/its rows are not those that it counted/, mixUp],
    [/a repair was interrupted/, (path) => writeFileSync(`${path}.repaired`, readFileSync(path))],
  ];
  for (const [expected, damage] of damages) {
    using closed = closedQueue();
    const { path } = closed;
    damage(path);
    const before = everything(path);
    const found = inspectFile(path);
    assert.match(found.damage.join('\n'), expected);
    assert.deepEqual(everything(path), before, String(expected));
    const reports: RepairReport[] = [];
    const queue = new QueueFile(path, (report) => reports.push(report));
    const { rows } = queue.state;
    queue.read({ afterSeq: 0, maxBytes: Infinity, maxRows: Infinity });
    if (found.state !== undefined) assert.equal(rows, found.state.rows, String(expected));
    queue.close();
    assert.equal(reports.length, 1, String(expected));
  }
});

test('a queue whose new file has not taken its place yet has what is in that', () => {
  using closed = closedQueue();
  const { path } = closed;
  renameSync(path, `${path}.repaired`);
  const { state, damage } = inspectFile(path);
  assert.deepEqual([state?.rows, damage], [3, []]);
  const queue = new QueueFile(path, unexpected);
  assert.deepEqual(queue.state, state);
  queue.close();
});

function overwrite(path: string, at: number, byte: number): void {
  const bytes = readFileSync(path);
  bytes[at] = byte ^ (bytes[at] ?? 0);
  writeFileSync(path, bytes);
}

function indexOfRow(path: string, seq: number): number {
  return readFileSync(path).indexOf(exampleRow(seq, 20_000).payload.subarray(10_000, 10_016));
}

/** Puts the rows of a later moment under the counters of an earlier one: what is left of a copy made while somebody wrote. */
function mixUp(path: string): void {
  const statePage = 3;
  const old = readFileSync(path);
  const queue = new QueueFile(path, unexpected);
  queue.commit(exampleCommit({ appends: [exampleRow(4)] }));
  queue.close();
  const bytes = readFileSync(path);
  old.copy(bytes, statePage * 4096, statePage * 4096, (statePage + 1) * 4096);
  writeFileSync(path, bytes);
}
