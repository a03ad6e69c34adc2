import assert from 'node:assert/strict';
import { once } from 'node:events';
import { mkdtempDisposable, readdir, rename, writeFile } from 'node:fs/promises';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import { removeStaleSocket } from './stale-socket.ts';

const prefix = join(tmpdir(), 'nephometer-service-');

test('the socket of a killed server is removed', async () => {
  await using directory = await mkdtempDisposable(prefix);
  const path = join(directory.path, 'a.sock');
  {
    // A server removes its socket under the name it gave it; under another one it stays, as after a kill.
    await using server = createServer().listen(`${path}.old`);
    await once(server, 'listening');
    await rename(`${path}.old`, path);
  }
  assert.deepEqual(await readdir(directory.path), ['a.sock']);
  await removeStaleSocket(path);
  assert.deepEqual(await readdir(directory.path), []);
});

test('the socket of a living server, other files and nothing are left alone', async () => {
  await using directory = await mkdtempDisposable(prefix);
  const path = join(directory.path, 'a.sock');
  await using server = createServer((socket) => socket.destroy()).listen(path);
  await once(server, 'listening');
  await writeFile(join(directory.path, 'file'), '');
  for (const name of ['a.sock', 'file', 'nothing']) await removeStaleSocket(join(directory.path, name));
  assert.deepEqual((await readdir(directory.path)).toSorted(), ['a.sock', 'file']);
});

test('an aborted look rejects with the reason', async () => {
  const reason = new Error('enough');
  await assert.rejects(removeStaleSocket('/nowhere', AbortSignal.abort(reason)), reason);
});
