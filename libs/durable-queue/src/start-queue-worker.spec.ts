import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { existsSync, lstatSync, mkdirSync, readFileSync, renameSync, symlinkSync, writeFileSync } from 'node:fs';
import { hostname } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import { appending, delivering, exampleCommit, exampleRow, temporaryDirectory } from './example.ts';
import { inspectQueue } from './inspect-queue.ts';
import type { RepairReport } from './queue.ts';
import { startQueueWorker } from './start-queue-worker.ts';

/** A worker and a directory that go away together. */
function newWorker(): ReturnType<typeof startQueueWorker> & {
  readonly directory: string;
  [Symbol.asyncDispose](): Promise<void>;
} {
  const directory = temporaryDirectory();
  const worker = startQueueWorker();
  return {
    ...worker,
    directory: directory.path,
    [Symbol.asyncDispose]: async () => {
      await worker.close();
      directory[Symbol.dispose]();
    },
  };
}

const all = { afterSeq: 0, maxBytes: Infinity, maxRows: Infinity };

test('a queue keeps rows and counters over the life of a worker', async () => {
  await using worker = newWorker();
  const path = join(worker.directory, 'q.db');
  const queue = await worker.open(path);
  const { payload } = exampleRow(1, 1000);
  await queue.commit(appending(exampleRow(1, 1000)));
  await queue.close();
  await queue.close();
  const again = await worker.open(path);
  assert.deepEqual(again.opened.counts, { polled: 1 });
  assert.deepEqual((await again.read(all))[0]?.payload, payload);
});

test('a payload may be a part of something bigger, and empty', async () => {
  await using worker = newWorker();
  const queue = await worker.open(join(worker.directory, 'q.db'));
  const part = new Uint8Array([1, 2, 3, 4]).subarray(1, 3);
  const payloads = [part, new Uint8Array(), Buffer.from('text'), new Uint8Array()];
  await queue.commit(appending(...payloads.map((payload, index) => ({ ...exampleRow(index + 1), payload }))));
  assert.deepEqual(
    (await queue.read(all)).map(({ payload }) => Buffer.from(payload).toString('latin1')),
    ['\u0002\u0003', '', 'text', ''],
  );
});

test('a payload stays with who committed it, so that a commit which failed can be made again', async () => {
  await using worker = newWorker();
  const queue = await worker.open(join(worker.directory, 'q.db'));
  const row = exampleRow(1, 1000);
  await queue.commit(appending(row));
  assert.deepEqual(row, exampleRow(1, 1000));
  await assert.rejects(queue.commit(appending(row)), /seq 1 does not come after 1/);
  assert.equal((await queue.commit(appending({ ...row, seq: 2 }))).state.rows, 2);
});

test('rows are read while others are committed', async () => {
  await using worker = newWorker();
  const queues = await Promise.all([1, 2].map((name) => worker.open(join(worker.directory, `${name}.db`))));
  await Promise.all(
    queues.map(async (queue) => {
      for (let seq = 1; seq <= 30; seq += 1) {
        const [{ state }, rows] = await Promise.all([
          queue.commit(
            seq % 3 === 0
              ? exampleCommit({ removes: [seq - 2], appends: [exampleRow(seq)] })
              : appending(exampleRow(seq)),
          ),
          queue.read(all),
        ]);
        assert.equal(rows.length, state.rows);
        assert.equal(rows.at(-1)?.seq, seq);
      }
    }),
  );
});

test('a closed queue, a closed worker, and calls without end are refused', async () => {
  await using worker = newWorker();
  const path = join(worker.directory, 'q.db');
  const queue = await worker.open(path);
  const other = await worker.open(join(worker.directory, 'other.db'));
  await queue.close();
  await assert.rejects(queue.read(all), { name: 'QueueError', code: 'closed', path });
  const calls = await Promise.allSettled(Array.from({ length: 9 }, () => other.read(all)));
  assert.deepEqual(
    calls.map((call) => (call.status === 'rejected' ? (call.reason as { code: string }).code : 'read')),
    [...Array<string>(8).fill('read'), 'busy'],
  );
  await worker.close();
  await worker.close();
  await assert.rejects(other.commit(delivering(1)), { name: 'QueueError', code: 'closed' });
  await assert.rejects(worker.open(path), { name: 'QueueError', code: 'closed' });
});

test('errors come over from the thread with code, path and a message', async () => {
  await using worker = newWorker();
  await worker.open(join(worker.directory, 'q.db'));
  const path = join(worker.directory, 'q.db', 'below');
  await assert.rejects(worker.open(path), { name: 'QueueError', code: 'cannot_open', message: /below/ });
  await assert.rejects(worker.open(join(worker.directory, 'q.db')), { code: 'locked', message: /this process/ });
});

test('a repair is told, at opening and later', async () => {
  await using worker = newWorker();
  const path = join(worker.directory, 'q.db');
  const queue = await worker.open(path);
  await queue.commit(appending(exampleRow(1), exampleRow(2)));
  await queue.close();
  writeFileSync(path, readFileSync(path).subarray(0, -1));
  const cut = await worker.open(path);
  assert.equal(cut.opened.repair?.keptRows, 2);
  assert.deepEqual(cut.opened.counts, { polled: 2 });
  await cut.close();
  const bytes = readFileSync(path);
  const at = bytes.indexOf(exampleRow(2).payload);
  bytes[at] = (bytes[at] ?? 0) ^ 1;
  writeFileSync(path, bytes);
  assert.deepEqual(
    (await inspectQueue(path)).damage.map((problem) => problem.replace(path, 'q.db')),
    ['q.db: row 2 is not what was written'],
  );
  const reports: RepairReport[] = [];
  const flipped = await worker.open(path, (report) => reports.push(report));
  assert.equal(flipped.opened.repair, undefined);
  assert.equal((await flipped.read(all)).length, 1);
  assert.equal(reports[0]?.lostItems, 1);
});

test('a queue can be inspected while its owner works, and when nobody has it', async () => {
  await using worker = newWorker();
  const path = join(worker.directory, 'q.db');
  await assert.rejects(inspectQueue(path), { name: 'QueueError', code: 'cannot_open', message: /no such queue/ });
  const queue = await worker.open(path);
  let seq = 0;
  const work = async () => queue.commit(appending(exampleRow(++seq, 10_000)));
  await work();
  const [inspection] = await Promise.all([inspectQueue(path), work().then(work).then(work)]);
  assert.deepEqual(inspection.damage, []);
  const seen = inspection.state?.rows ?? 0;
  assert.ok(seen >= 1 && seen <= seq);
  assert.deepEqual(inspection.owner, { pid: process.pid, host: hostname() });
  await queue.close();
  const { owner, state } = await inspectQueue(path);
  assert.equal(owner, undefined);
  assert.deepEqual(state?.counts, { polled: seq });
});

test('a queue behind a link is one queue, by whichever name, and a repair leaves the link', async () => {
  await using worker = newWorker();
  const [path, link] = [join(worker.directory, 'disk', 'q.db'), join(worker.directory, 'q.db')];
  mkdirSync(join(worker.directory, 'disk'));
  const nowhere = {
    name: 'QueueError',
    code: 'cannot_open',
    path: link,
    message: /disk\/q\.db, which cannot be reached/,
  };
  symlinkSync(path, link);
  await assert.rejects(worker.open(link), nowhere);
  await assert.rejects(inspectQueue(link), nowhere);
  const queue = await worker.open(path);
  await queue.commit(appending(exampleRow(1)));
  await assert.rejects(worker.open(link), { code: 'locked', message: /this process/ });
  assert.equal((await inspectQueue(link)).owner instanceof Object, true);
  await queue.close();
  writeFileSync(path, readFileSync(path).subarray(0, -1));
  assert.equal((await inspectQueue(link)).damage.length, 1);
  const linked = await worker.open(link);
  assert.equal(linked.path, path);
  assert.equal(linked.opened.repair?.keptRows, 1);
  assert.ok(lstatSync(link).isSymbolicLink());
  await linked.close();
  renameSync(path, `${path}.away`);
  await assert.rejects(worker.open(link), nowhere);
  assert.equal(existsSync(path), false);
});

test('an idle worker with an open queue does not keep the process alive', () => {
  using directory = temporaryDirectory();
  const script = `
    import { startQueueWorker } from ${JSON.stringify(new URL('start-queue-worker.ts', import.meta.url).href)};
    const queue = await startQueueWorker().open(${JSON.stringify(join(directory.path, 'q.db'))});
    process.on('exit', () => process.exitCode = queue.opened.rows + 7);`;
  const { status, stderr } = spawnSync(process.execPath, ['--input-type=module', '--eval', script], {
    encoding: 'utf8',
  });
  assert.equal(status, 7, stderr);
});
