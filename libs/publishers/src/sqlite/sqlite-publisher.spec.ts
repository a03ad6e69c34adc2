import assert from 'node:assert/strict';
import { rename, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { test } from 'node:test';
import { setImmediate } from 'node:timers/promises';
import { formatTimestamp } from '@nephometer/sample';
import { eventually, sqlite3, temporaryDirectory } from '@nephometer/test-kit';
import { exampleCycles, exampleSample, exampleSettings } from '../example.ts';
import { sampleDict } from '../sample-dict.ts';
import { openPublisher, readViewWith } from './example.ts';
import { sqlitePublisherFactory } from './sqlite-publisher.ts';

const { signal } = new AbortController();
const readView = (path: string): Promise<readonly unknown[]> => readViewWith((sql) => sqlite3(path, sql));

test('The samples of ten guests in five cycles are in the view, as sqlite3 reads it', async () => {
  await using directory = await temporaryDirectory();
  const path = join(directory.path, 's.db');
  await using publisher = openPublisher(path);
  const cycles = exampleCycles(10, 5);
  for (const samples of cycles) assert.deepEqual(await publisher.publish(samples, signal), []);
  // Beside the publisher, which has the file open.
  const expected = cycles.flatMap((samples) => samples.toSorted((one, other) => (one.id < other.id ? -1 : 1)));
  assert.deepEqual(await readView(path), expected.map(sampleDict));
  assert.equal(await sqlite3(path, 'SELECT count(*) FROM metadata'), '10');
  assert.equal(await sqlite3(path, 'SELECT count(*) FROM resource'), '30');
  assert.equal(await sqlite3(path, 'PRAGMA journal_mode'), 'wal');
});

test('Samples that come again, in the same file or after a restart, are there once', async () => {
  await using directory = await temporaryDirectory();
  const path = join(directory.path, 's.db');
  const [first = [], second = []] = exampleCycles(3, 2);
  for (const samples of [first, first, [...first, ...second, ...second]]) {
    await using publisher = openPublisher(path);
    assert.deepEqual(await publisher.publish(samples, signal), []);
    assert.deepEqual(await publisher.publish(samples, signal), []);
  }
  assert.equal((await readView(path)).length, first.length + second.length);
});

test('A change of a resource is one row more, and older samples keep what was said then', async () => {
  await using directory = await temporaryDirectory();
  const path = join(directory.path, 's.db');
  await using publisher = openPublisher(path);
  const samples = ['a', 'b', 'a'].map((status, index) =>
    exampleSample({
      id: `00000000-0000-11e5-8888-00000000000${index}`,
      timestamp: `2026-01-0${index + 1}T00:00:00`,
      resourceMetadata: { status },
    }),
  );
  for (const sample of samples) await publisher.publish([sample], signal);
  assert.deepEqual(await readView(path), samples.map(sampleDict));
  assert.equal(await sqlite3(path, 'SELECT count(*) FROM resource'), '2');
});

test('Characters that the database does not take are replaced', async () => {
  await using directory = await temporaryDirectory();
  const path = join(directory.path, 's.db');
  await using publisher = openPublisher(path);
  const odd = {
    resourceId: 'r\0',
    name: 'm\ud800',
    unit: '\0',
    userId: '\0',
    resourceMetadata: { 'k\0': ['\0', 1e308] },
  };
  assert.deepEqual(await publisher.publish([exampleSample(odd)], signal), []);
  const clean = { resourceId: 'r\ufffd', name: 'm\ufffd', unit: '\ufffd', userId: '\ufffd' };
  const metadata = { resourceMetadata: { 'k\ufffd': ['\ufffd', 1e308] } };
  assert.deepEqual(await readView(path), [sampleDict(exampleSample({ ...clean, ...metadata }))]);
});

test('Numbers at the ends of their range are kept', async () => {
  await using directory = await temporaryDirectory();
  const path = join(directory.path, 's.db');
  await using publisher = openPublisher(path);
  const volumes = [Number.MAX_VALUE, Number.MIN_VALUE, -Number.MAX_VALUE, 2 ** 53 + 2, 0.1 + 0.2];
  const ids = volumes.map((_, index) => `00000000-0000-11e5-8888-00000000000${index}`);
  const samples = volumes.map((volume, index) =>
    exampleSample({ volume, id: ids[index] ?? '', monotonicTime: index === 0 ? null : 1e-9 * index }),
  );
  assert.deepEqual(await publisher.publish(samples, signal), []);
  const database = new DatabaseSync(path, { readOnly: true });
  const found = database.prepare('SELECT volume, monotonic_time FROM samples ORDER BY time, id').all();
  database.close();
  assert.deepEqual(
    found.map((row) => [row['volume'], row['monotonic_time']]),
    samples.map(({ volume, monotonicTime }) => [volume, monotonicTime]),
  );
});

test('What somebody’s own trigger does not want is refused, and the others are kept', async () => {
  await using directory = await temporaryDirectory();
  const path = join(directory.path, 's.db');
  await using publisher = openPublisher(path);
  const [first = [], second = []] = exampleCycles(10, 2);
  await publisher.publish(first, signal);
  await sqlite3(
    path,
    `CREATE TRIGGER mine BEFORE INSERT ON sample WHEN new.volume = 1 BEGIN SELECT raise(ABORT, 'no ones'); END`,
  );
  const kept = second.filter(({ volume }) => volume !== 1);
  assert.deepEqual(await publisher.publish(second, signal), [
    { samples: second.length - kept.length, reason: 'the database does not take it: no ones' },
  ]);
  assert.equal((await readView(path)).length, first.length + kept.length);
});

test('What is older than the retention goes, and what only it referred to; the file becomes smaller', async () => {
  await using directory = await temporaryDirectory();
  const path = join(directory.path, 's.db');
  const day = 86_400_000;
  const at = (days: number): string => formatTimestamp(Math.floor(Date.now() / day) * day - days * day);
  const guests = [0, 1, 2].map((index) => ({ resourceId: `old-${index}`, resourceMetadata: { index } }));
  const ids = (from: number) => (_: unknown, index: number) =>
    exampleSample({
      id: `${(from + index).toString(16).padStart(8, '0')}-0000-11e5-8888-000000000000`,
      timestamp: at(20),
      ...guests[index % 3],
    });
  {
    await using publisher = openPublisher(path);
    for (let from = 0; from < 40_000; from += 20_000) {
      await publisher.publish(Array.from({ length: 20_000 }, ids(from)), signal);
    }
  }
  const before = Number(await sqlite3(path, 'PRAGMA page_count'));
  await using publisher = openPublisher(path, '?retention=10d');
  const young = exampleSample({ timestamp: at(1), resourceMetadata: { is: 'young' } });
  const late = exampleSample({ timestamp: at(11) });
  assert.deepEqual(await publisher.publish([late, young], signal), [
    { samples: 1, reason: 'the sample is older than the retention' },
  ]);
  await eventually(async () => {
    assert.equal(await sqlite3(path, 'SELECT (SELECT count(*) FROM sample), (SELECT count(*) FROM resource)'), '1|1');
    assert.ok(Number(await sqlite3(path, 'PRAGMA page_count')) < before / 2);
  });
  assert.deepEqual(await readView(path), [sampleDict(young)]);
  assert.equal(await sqlite3(path, 'SELECT content FROM metadata'), '{"is":"young"}');
  const back = exampleSample({ timestamp: at(2), resourceId: 'old-1', resourceMetadata: { index: 1 } });
  assert.deepEqual(await publisher.publish([back], signal), []);
  assert.deepEqual(await readView(path), [back, young].map(sampleDict));
});

test('Nothing but the thread waits while another process writes, and an abort is heeded at once', async () => {
  await using directory = await temporaryDirectory();
  const path = join(directory.path, 's.db');
  await using publisher = openPublisher(path);
  const [first = [], second = [], third = []] = exampleCycles(3, 3);
  await publisher.publish(first, signal);
  const other = new DatabaseSync(path);
  other.exec('BEGIN IMMEDIATE');
  const stop = new AbortController();
  const aborted = publisher.publish(second, stop.signal);
  stop.abort(new Error('stop'));
  await assert.rejects(aborted, /^Error: stop$/);
  // If these held up this thread, nobody would end the transaction.
  const published = Promise.all([second, third].map((samples) => publisher.publish(samples, signal)));
  await setImmediate();
  other.exec('COMMIT');
  other.close();
  assert.deepEqual(await published, [[], []]);
  assert.equal((await readView(path)).length, first.length * 3);
});

test('A file that is moved away is not written any more: a new one begins', async () => {
  await using directory = await temporaryDirectory();
  const path = join(directory.path, 's.db');
  await using publisher = openPublisher(path);
  const cycles = exampleCycles(3, 3);
  const files = ['', '-wal', '-shm'];
  const moves = [
    // Without its log the old file would not be whole.
    async () => Promise.all(files.map((end) => rename(path + end, `${path}.old${end}`))),
    async () => rm(path),
  ];
  for (const samples of cycles) {
    await publisher.publish(samples, signal);
    assert.equal((await readView(path)).length, samples.length);
    await moves.shift()?.();
  }
  assert.deepEqual(await sqlite3(`${path}.old`, 'SELECT count(*) FROM samples'), String(cycles[0]?.length));
});

test('It is closed twice, and publishes no more', async () => {
  await using directory = await temporaryDirectory();
  const path = join(directory.path, 's.db');
  const publisher = sqlitePublisherFactory.create(`sqlite://${path}`, exampleSettings());
  await publisher.close();
  await publisher.close();
  await assert.rejects(publisher.publish([exampleSample()], signal), { code: 'closed' });
  assert.throws(() => sqlitePublisherFactory.create('sqlite://x', exampleSettings()), { code: 'bad_url' });
});
