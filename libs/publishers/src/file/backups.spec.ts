import assert from 'node:assert/strict';
import { mkdir, readdir, readFile, rmdir, stat, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { test } from 'node:test';
import { gunzipSync, gzipSync } from 'node:zlib';
import { startProcess, temporaryDirectory } from '@nephometer/test-kit';
import { exampleSample, exampleSettings } from '../example.ts';
import { createBackups } from './backups.ts';
import { filePublisherFactory } from './file-publisher.ts';

const { signal } = new AbortController();

/** A directory with files of these contents; those whose name ends in `.gz` are compressed. */
async function setUp(files: Readonly<Record<string, string>>) {
  const directory = await temporaryDirectory();
  for (const [name, text] of Object.entries(files)) {
    await writeFile(join(directory.path, name), name.endsWith('.gz') ? gzipSync(text) : text);
  }
  return {
    path: join(directory.path, 'log'),
    directory: directory.path,
    contents: () => contentsOf(directory.path),
    [Symbol.asyncDispose]: () => directory[Symbol.asyncDispose](),
  };
}

/** What is in the files of a directory, by their names. */
async function contentsOf(directory: string): Promise<Readonly<Record<string, string>>> {
  const names = (await readdir(directory)).sort();
  const entries = names.map(async (name) => {
    const bytes = await readFile(join(directory, name));
    return [name, String(name.endsWith('.gz') ? gunzipSync(bytes) : bytes)] as const;
  });
  return Object.fromEntries(await Promise.all(entries));
}

const rotation = { maxBytes: 1, backupCount: 3, isCompressed: false };
const compressed = { ...rotation, isCompressed: true };

/** Adds one backup. */
async function add(path: string, options: typeof rotation): Promise<void> {
  const backups = createBackups(path, options);
  await backups.add();
  await backups.close();
}

test('Backups move up only to the first number that is not taken, as a rotation that was broken off left them', async () => {
  const table = [
    [{ log: 'd' }, { 'log.1': 'd' }],
    [
      { log: 'd', 'log.1': 'c', 'log.2': 'b', 'log.3': 'a' },
      { 'log.1': 'd', 'log.2': 'c', 'log.3': 'b' },
    ],
    [
      { log: 'd', 'log.2': 'b', 'log.3': 'a' },
      { 'log.1': 'd', 'log.2': 'b', 'log.3': 'a' },
    ],
    [
      { log: 'd', 'log.1': 'b', 'log.3': 'a' },
      { 'log.1': 'd', 'log.2': 'b', 'log.3': 'a' },
    ],
    [
      { log: 'd', 'log.1.gz': 'c', 'log.2': 'b', 'log.3.gz': 'a' },
      { 'log.1': 'd', 'log.2.gz': 'c', 'log.3': 'b' },
    ],
    // Compressed, and not yet removed.
    [
      { log: 'd', 'log.1': 'c', 'log.1.gz': 'c', 'log.2.gz': 'b' },
      { 'log.1': 'd', 'log.2.gz': 'c', 'log.3.gz': 'b' },
    ],
    // Somebody has moved the file away.
    [{ 'log.1': 'c' }, { 'log.2': 'c' }],
  ] as const;
  for (const [before, after] of table) {
    await using files = await setUp(before);
    await add(files.path, rotation);
    assert.deepEqual(await files.contents(), after);
  }
});

test('With compression every backup is compressed, those that were left over as well, and has the mode of the file', async () => {
  await using files = await setUp({ log: 'd', 'log.1': 'c', 'log.1.gz.part': '', 'log.2.gz': 'b' });
  const { mode } = await stat(files.path);
  await add(files.path, compressed);
  assert.deepEqual(await files.contents(), { 'log.1.gz': 'd', 'log.2.gz': 'c', 'log.3.gz': 'b' });
  assert.equal((await stat(`${files.path}.1.gz`)).mode, mode);
});

test('A backup that cannot be compressed stays as it is, and is compressed with the next one', async () => {
  await using files = await setUp({ log: 'a' });
  await mkdir(`${files.path}.1.gz.part`);
  await add(files.path, compressed);
  assert.deepEqual(await readdir(files.directory), ['log.1', 'log.1.gz.part']);
  await rmdir(`${files.path}.1.gz.part`);
  await writeFile(files.path, 'b');
  await add(files.path, compressed);
  assert.deepEqual(await files.contents(), { 'log.1.gz': 'b', 'log.2.gz': 'a' });
});

test('When a rotation fails, what is in the file need not come again, and all of it is there once in the end', async () => {
  await using files = await setUp({ 'log.1': '', 'log.2': '' });
  // Cannot be removed like a file.
  await mkdir(`${files.path}.3`);
  const url = `file://${files.path}?json&max_bytes=900&backup_count=3`;
  const publisher = filePublisherFactory.create(url, exampleSettings());
  const samples = [1, 2, 3, 4, 5].map((volume) => exampleSample({ volume }));
  await assert.rejects(publisher.publish(samples, signal), {
    code: 'write_failed',
    message: new RegExp(`^cannot rotate ${files.path}: .*`),
    isPermanent: false,
    done: 2,
  });
  await rmdir(`${files.path}.3`);
  await publisher.publish(samples.slice(2), signal);
  await publisher.close();
  const { log = '', 'log.1': first = '', 'log.2': second = '' } = await files.contents();
  const volumes = (text: string) => [...text.matchAll(/"volume": (\d)/g)].map(([, volume]) => Number(volume));
  assert.deepEqual([second, first, log].map(volumes), [[1, 2], [3, 4], [5]]);
});

test('A process that is killed again and again loses no line that was delivered, and no line is there twice', async () => {
  await using files = await setUp({});
  const source = (name: string) => JSON.stringify(new URL(name, import.meta.url).href);
  const script = `
    const { filePublisherFactory } = await import(${source('file-publisher.ts')});
    const { exampleSample, exampleSettings } = await import(${source('../example.ts')});
    const url = ${JSON.stringify(`file://${files.path}?json&max_bytes=2000&backup_count=1000&compress`)};
    const publisher = filePublisherFactory.create(url, exampleSettings());
    const signal = new AbortController().signal;
    for (let batch = 0; ; batch += 1) {
      const ids = [0, 1, 2].map((index) => process.argv[1] + '-' + batch + '-' + index);
      await publisher.publish(ids.map((id) => exampleSample({ id })), signal);
      process.stdout.write(ids.join('\\n') + '\\n');
    }`;
  const delivered: string[] = [];
  for (const life of [1, 2, 3, 4]) {
    await using writer = await startProcess(process.execPath, ['--input-type=module', '-e', script, String(life)]);
    await writer.waitForLine((line) => line === `${life}-${8 + life}-0`);
    writer.kill('SIGKILL');
    await writer.exit;
    delivered.push(...writer.lines('stdout').filter((line) => /^\d+-\d+-\d$/.test(line)));
  }
  // Puts in order what the last one left behind; the second call waits until it is done.
  const backups = createBackups(files.path, { maxBytes: 1, backupCount: 1000, isCompressed: true });
  await backups.add();
  await backups.add();
  await backups.close();
  const contents = await files.contents();
  assert.ok(
    Object.keys(contents).every((name) => name.endsWith('.gz')),
    Object.keys(contents).join(),
  );
  const found = [
    ...Object.values(contents)
      .join('')
      .matchAll(/"id": "([^"]*)"/g),
  ].map(([, id]) => id);
  assert.equal(new Set(found).size, found.length);
  assert.deepEqual(
    delivered.filter((id) => !found.includes(id)),
    [],
  );
});
