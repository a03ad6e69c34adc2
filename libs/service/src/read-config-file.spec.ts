import assert from 'node:assert/strict';
import { chmod, mkdtempDisposable, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import { readConfigFile } from './read-config-file.ts';

const prefix = join(tmpdir(), 'nephometer-service-');

async function messageOf(path: string): Promise<string> {
  const parsed = await readConfigFile(path);
  assert.ok(!parsed.ok);
  assert.deepEqual(
    parsed.problems.map(({ file, path: place }) => [file, place]),
    [[path, '']],
  );
  return parsed.problems[0]?.message ?? '';
}

test('a file is read as text', async () => {
  await using directory = await mkdtempDisposable(prefix);
  const path = join(directory.path, 'a.yaml');
  await writeFile(path, 'a: ü');
  assert.deepEqual(await readConfigFile(path), { ok: true, value: { file: path, text: 'a: ü' }, warnings: [] });
});

test('what is in the way is a problem that says what to do', async () => {
  await using directory = await mkdtempDisposable(prefix);
  const path = join(directory.path, 'a.yaml');
  assert.equal(await messageOf(path), 'the file does not exist; create it or correct the path');
  assert.equal(await messageOf(directory.path), 'this is a directory; name a file in it');
  await writeFile(path, Buffer.alloc(1024 * 1024 + 1, 0x20));
  assert.match(await messageOf(path), /^the file has 1048577 bytes, at most 1048576 are read/);
  assert.match(await messageOf(join(path, 'b')), /^a part of the path is a file/);
  assert.equal(await messageOf('/dev/null'), 'this is no regular file; name a file');
  assert.match(await messageOf('a\0b'), /^the file cannot be read: /);
});

test('a file without read permission is a problem, unless root asks', async () => {
  await using directory = await mkdtempDisposable(prefix);
  const path = join(directory.path, 'a.yaml');
  await writeFile(path, 'a: 1');
  await chmod(path, 0o000);
  if (process.getuid?.() === 0) assert.equal((await readConfigFile(path)).ok, true);
  else assert.match(await messageOf(path), /^the file may not be read by this user/);
});

test('an aborted read rejects with the reason', async () => {
  const reason = new Error('enough');
  await assert.rejects(readConfigFile('/etc/hostname', AbortSignal.abort(reason)), reason);
});
