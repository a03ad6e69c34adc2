import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { mkdir, open, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { mountNamespace, sqlite3, temporaryDirectory } from '@nephometer/test-kit';
import { exampleCycles, exampleSample } from '../example.ts';
import { openPublisher, readViewWith } from './example.ts';

const { signal } = new AbortController();
const readView = (path: string): Promise<readonly unknown[]> => readViewWith((sql) => sqlite3(path, sql));
const samples = [exampleSample()];

test('A directory that is not there is named, and used as soon as it is', async () => {
  await using directory = await temporaryDirectory();
  const path = join(directory.path, 'later', 's.db');
  await using publisher = openPublisher(path);
  await assert.rejects(publisher.publish(samples, signal), {
    code: 'open_failed',
    isPermanent: false,
    message: `${path}: unable to open database file: check that its directory exists and that this user may write there`,
  });
  await mkdir(join(directory.path, 'later'));
  assert.deepEqual(await publisher.publish(samples, signal), []);
  assert.equal((await readView(path)).length, 1);
});

test('What is no database, and the database of another program, are left alone', async () => {
  await using directory = await temporaryDirectory();
  const text = join(directory.path, 'text');
  await writeFile(text, 'all but a database\n'.repeat(1000));
  await using first = openPublisher(text);
  await assert.rejects(first.publish(samples, signal), { code: 'target_failed', message: /is no database of SQLite/ });

  const other = join(directory.path, 'other.db');
  await sqlite3(other, 'CREATE TABLE sample (mine)');
  await using second = openPublisher(other);
  await assert.rejects(second.publish(samples, signal), {
    code: 'refused',
    isPermanent: false,
    message: `${other} is a database of another program; name another file`,
  });
  assert.equal(await sqlite3(other, '.tables'), 'sample');
});

test('Tables of a newer version are left alone', async () => {
  await using directory = await temporaryDirectory();
  const path = join(directory.path, 's.db');
  await using publisher = openPublisher(path);
  await publisher.publish(samples, signal);
  await sqlite3(path, `INSERT INTO schema_version VALUES (99, datetime('now'))`);
  await using older = openPublisher(path);
  await assert.rejects(older.publish(samples, signal), {
    code: 'refused',
    message: /has version 99 .* knows 1; start the newer/,
  });
});

test('A file that somebody keeps locked is told after some seconds, and written when it is free', async () => {
  await using directory = await temporaryDirectory();
  const path = join(directory.path, 's.db');
  const [first = [], second = []] = exampleCycles(2, 2);
  await using publisher = openPublisher(path);
  await publisher.publish(first, signal);
  const other = new DatabaseSync(path);
  other.exec('BEGIN IMMEDIATE');
  await assert.rejects(publisher.publish(second, signal), {
    code: 'target_failed',
    isPermanent: false,
    message: `${path}: database is locked: another process keeps it locked; end what has a transaction open there`,
  });
  other.close();
  assert.deepEqual(await publisher.publish(second, signal), []);
  assert.equal((await readView(path)).length, first.length * 2);
});

test('A damaged file is told, and a new one begins when it is out of the way', async () => {
  await using directory = await temporaryDirectory();
  const path = join(directory.path, 's.db');
  {
    await using publisher = openPublisher(path);
    for (const cycle of exampleCycles(10, 5)) await publisher.publish(cycle, signal);
  }
  const file = await open(path, 'r+');
  const { size } = await file.stat();
  // All but the header and the list of the tables.
  await file.write(Buffer.alloc(size - 4096 * 4, 0xa5), 0, size - 4096 * 4, 4096 * 4);
  await file.close();
  await using publisher = openPublisher(path);
  await assert.rejects(publisher.publish(samples, signal), {
    code: 'target_failed',
    isPermanent: false,
    message: /s\.db: database disk image is malformed: it is damaged; move it away/,
  });
  for (const end of ['', '-wal', '-shm']) await rm(path + end, { force: true });
  assert.deepEqual(await publisher.publish(samples, signal), []);
  assert.equal((await readView(path)).length, 1);
});

test('A full disk and a read-only one are named, and written again when that is over', async () => {
  await using directory = await temporaryDirectory();
  const script =
    'mount -t tmpfs -o size=4m tmpfs "$1" && "$2" "$3" "$1" full && mount -o remount,ro "$1" && ' +
    '"$2" "$3" "$1" read-only && mount -o remount,rw "$1" && exec "$2" "$3" "$1" writable';
  const program = fileURLToPath(new URL('testdata/fill-the-disk.ts', import.meta.url));
  const { status, stderr } = spawnSync(
    'unshare',
    [...mountNamespace, 'sh', '-c', script, 'sh', directory.path, process.execPath, program],
    { encoding: 'utf8' },
  );
  assert.equal(status, 0, stderr);
});
