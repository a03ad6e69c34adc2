import assert from 'node:assert/strict';
import { appendFile, rename, truncate, unlink, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { test } from 'node:test';
import { temporaryDirectory } from '@nephometer/test-kit';
import { followFile } from './follow-file.ts';
import type { FollowedFile } from './follow-file.ts';

interface Following extends AsyncDisposable {
  readonly path: string;
  readonly file: FollowedFile;
  readonly read: () => Promise<readonly string[]>;
}

async function following(content: string | Buffer, fromStart = true): Promise<Following> {
  await using starting = new AsyncDisposableStack();
  const directory = starting.use(await temporaryDirectory());
  const path = join(directory.path, 'samples.jsonl');
  await writeFile(path, content);
  const file = await followFile({ path, fromStart });
  starting.defer(() => file.close());
  const resources = starting.move();
  const { signal } = new AbortController();
  return {
    path,
    file,
    async read() {
      const lines: string[] = [];
      for await (const bunch of file.read(signal)) lines.push(...bunch);
      return lines;
    },
    [Symbol.asyncDispose]: () => resources.disposeAsync(),
  };
}

test('lines come once each, a half one when the rest of it has come', async () => {
  await using followed = await following('one\ntw');
  assert.deepEqual(await followed.read(), ['one']);
  assert.deepEqual(await followed.read(), []);
  await appendFile(followed.path, 'o\n\nfour\n');
  assert.deepEqual(await followed.read(), ['two', '', 'four']);
});

test('without what is there already, it begins with the first whole line to come', async () => {
  await using followed = await following('one\ntw', false);
  assert.deepEqual(await followed.read(), []);
  await appendFile(followed.path, 'o\nthree\n');
  assert.deepEqual(await followed.read(), ['three']);
});

test('a character in two pieces is one, and a long line is not cut', async () => {
  const long = `${'é'.repeat(300_000)}é`;
  const bytes = Buffer.from(`${long}\n`);
  await using followed = await following(bytes.subarray(0, 262_145));
  assert.deepEqual(await followed.read(), []);
  await appendFile(followed.path, bytes.subarray(262_145));
  assert.deepEqual(await followed.read(), [long]);
});

test('a file that is renamed is read to its end, then the new one from its beginning', async () => {
  await using followed = await following('one\n');
  assert.deepEqual(await followed.read(), ['one']);
  await appendFile(followed.path, 'two\nlast half');
  await rename(followed.path, `${followed.path}.1`);
  assert.deepEqual(await followed.read(), ['two'], 'no new file yet');
  await appendFile(`${followed.path}.1`, ' line\nthree\n');
  await writeFile(followed.path, 'four\n');
  assert.deepEqual(await followed.read(), ['last half line', 'three', 'four']);
  assert.deepEqual([followed.file.rotations, followed.file.restarts], [1, 0]);
});

test('a file that is removed and comes back is read from its beginning', async () => {
  await using followed = await following('one\n');
  await followed.read();
  await unlink(followed.path);
  assert.deepEqual(await followed.read(), []);
  await writeFile(followed.path, 'two\n');
  assert.deepEqual(await followed.read(), ['two']);
});

test('a file that is cut off is read from its beginning; the half line is not lost without a word', async () => {
  await using followed = await following('one\nha');
  await followed.read();
  await truncate(followed.path);
  await appendFile(followed.path, 'a\n');
  assert.deepEqual(await followed.read(), ['ha', 'a']);
  assert.deepEqual([followed.file.rotations, followed.file.restarts], [0, 1]);
});

test('a file that is written anew is noticed, even if it is longer than before', async () => {
  await using followed = await following('one\n');
  await followed.read();
  await writeFile(followed.path, 'two\nthree\n');
  assert.deepEqual(await followed.read(), ['two', 'three']);
  assert.equal(followed.file.restarts, 1);
});

test('reading ends with the reason of its signal', async () => {
  await using followed = await following('one\n');
  await assert.rejects(
    async () => {
      for await (const _ of followed.file.read(AbortSignal.abort(new Error('enough'))));
    },
    { message: 'enough' },
  );
});

test('a file that is not there is an error', async () => {
  await assert.rejects(followFile({ path: '/nonexistent/samples.jsonl', fromStart: true }), { code: 'ENOENT' });
});
