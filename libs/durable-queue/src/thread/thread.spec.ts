import assert from 'node:assert/strict';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { pathToFileURL } from 'node:url';
import { appending, exampleRow, temporaryDirectory } from '../example.ts';
import { startThread } from './thread.ts';

test('a thread that crashes is an error on each open call and on later ones, not the end of the process', async () => {
  using directory = temporaryDirectory();
  const entry = join(directory.path, 'crash.mjs');
  writeFileSync(
    entry,
    "import { parentPort } from 'node:worker_threads';\nparentPort.on('message', () => { throw new Error('out of luck'); });",
  );
  const thread = startThread(pathToFileURL(entry), () => undefined);
  const calls = [1, 2].map((queue) => thread.ask({ call: 'close', queue }, `/q${queue}`));
  for (const [index, call] of calls.entries()) {
    await assert.rejects(call, {
      name: 'QueueError',
      code: 'worker_lost',
      path: `/q${index + 1}`,
      message: /out of luck/,
    });
  }
  assert.equal(thread.isAlive, false);
  await assert.rejects(thread.ask({ call: 'close', queue: 1 }, '/q1'), { code: 'worker_lost' });
  await thread.end();
});

test('a thread that cannot start is an error on the first call', async () => {
  const thread = startThread(new URL('./no-such-file.ts', import.meta.url), () => undefined);
  await assert.rejects(thread.ask({ call: 'close', queue: 1 }, '/q'), { code: 'worker_lost', message: /no-such-file/ });
});

test('a thread that is ended rejects what is open, and is ended twice without harm', async () => {
  using directory = temporaryDirectory();
  const entry = join(directory.path, 'silent.mjs');
  writeFileSync(entry, "import { parentPort } from 'node:worker_threads';\nparentPort.on('message', () => {});");
  const thread = startThread(pathToFileURL(entry), () => undefined);
  const call = assert.rejects(thread.ask({ call: 'close', queue: 1 }, '/q'), { code: 'closed' });
  await thread.end();
  await thread.end();
  await call;
});

test('a queue can be opened again after its thread was lost', async () => {
  using directory = temporaryDirectory();
  const path = join(directory.path, 'q.db');
  const entry = new URL('./main.ts', import.meta.url);
  for (const seq of [1, 2]) {
    const thread = startThread(entry, () => undefined);
    const { rows } = await thread.ask({ call: 'open', queue: 1, path }, path);
    assert.equal(rows, seq - 1);
    await thread.ask({ call: 'commit', queue: 1, commit: appending(exampleRow(seq)) }, path);
    await thread.end();
  }
});
