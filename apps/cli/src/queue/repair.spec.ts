import assert from 'node:assert/strict';
import { readdir, readFile, truncate, writeFile } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';
import { PassThrough } from 'node:stream';
import { test } from 'node:test';
import { startQueueWorker } from '@nephometer/durable-queue';
import { startHttpSink } from '@nephometer/test-kit';
import { drain } from './drain.ts';
import { drop } from './drop.ts';
import { createConsole, createSite, exampleReading } from './example.ts';
import type { Site } from './example.ts';
import { openAndRead } from './open-queue.ts';
import { repair } from './repair.ts';
import { replay } from './replay.ts';

const { signal } = new AbortController();
const here = 'http://127.0.0.1:1/samples';

async function repairFile(path: string): Promise<string> {
  const { stdout, out } = createConsole();
  await repair({ queues: [path], stdout, env: {}, signal });
  return out();
}

/** Cuts the end off a queue of 40 readings. */
async function fillAndCut(site: Site, publisher: string): Promise<string> {
  const readings = Array.from({ length: 40 }, (_, minute) => exampleReading(minute));
  const path = await site.fill(publisher, ...readings);
  const { byteLength } = await readFile(path);
  await truncate(path, Math.floor(byteLength / 4096 / 2) * 4096);
  return path;
}

test('A queue that was cut keeps what is whole, and says what was lost and where the damaged file is', async () => {
  await using site = await createSite(here);
  const path = await fillAndCut(site, here);
  const text = await repairFile(path);
  const [, kept, aside = ''] =
    /was damaged \(.*\): (\d+) samples? kept, .*; the damaged file is now (\S+)\n$/.exec(text) ?? [];
  assert.ok(Number(kept) > 0 && Number(kept) < 160, text);
  assert.ok((await readdir(dirname(path))).includes(basename(aside)));
  assert.equal((await site.ledger(path))['queued'], Number(kept));
  assert.match(await repairFile(path), /is whole: \d+ samples waiting\n$/);
});

test('A row that is damaged in the middle of a whole file is found as well', async () => {
  await using site = await createSite(here);
  const path = await site.fill(here, exampleReading(1), exampleReading(2));
  const bytes = await readFile(path);
  // In the payload, so that nothing of the structure is touched.
  bytes.write('XXXX', bytes.indexOf('guest-a'));
  await writeFile(path, bytes);
  assert.match(
    await repairFile(path),
    /was damaged \(row \d .*\): 4 samples kept, 4 samples lost; the damaged file is now/,
  );
  assert.deepEqual(await site.ledger(path), { polled: 8, queued: 4, damaged: 4 });
});

test('drain repairs first, says so, and sends what is left', async () => {
  await using sink = await startHttpSink();
  const url = `${sink.origin}/samples`;
  await using site = await createSite(url);
  const path = await fillAndCut(site, url);
  const { stdout, stderr, said } = createConsole();
  const settings = { queues: [], all: true, config: site.config, env: {}, signal };
  assert.equal(await drain({ ...settings, stdout, stderr }), true, said());
  assert.match(said(), /was damaged[^]* samples to send[^]*nothing is left/);
  const { polled, delivered, damaged = 0, queued = 0 } = await site.ledger(path);
  assert.deepEqual([polled, queued], [(delivered ?? 0) + damaged, 0]);
});

test('A file that is no queue by its name is left alone, whatever is asked for', async () => {
  await using site = await createSite(here);
  await site.fill(here, exampleReading(1));
  const path = join(site.directory, 'precious.txt');
  const text = 'all but a queue\n'.repeat(1000);
  await writeFile(path, text);
  const expected = { code: 'queue-not-found', message: /precious\.txt is left alone, as .* no name of a queue/ };
  const { stdout, stderr } = createConsole();
  const settings = { queues: [path], config: site.config, stdout, stderr, env: {}, signal };
  await assert.rejects(repair(settings), expected);
  await assert.rejects(drain({ ...settings, all: false, to: here }), expected);
  await assert.rejects(replay({ ...settings, to: 'console', choice: {} }), expected);
  await assert.rejects(drop({ ...settings, stdin: new PassThrough(), all: true, yes: true }), expected);
  assert.equal(await readFile(path, 'utf8'), text);
  const names = await readdir(site.directory);
  assert.deepEqual(
    names.filter((name) => name.startsWith('precious')),
    ['precious.txt'],
  );
});

test('A queue that belongs to another user is left alone', async () => {
  await using site = await createSite(here);
  const path = await site.fill(here, exampleReading(1));
  const worker = startQueueWorker();
  const input = { worker, path, say: () => undefined, userId: (process.geteuid?.() ?? 0) + 1 };
  await assert.rejects(
    openAndRead(input, async () => undefined),
    {
      code: 'wrong-user',
      message: /belongs to user \d+: run this as that user/,
    },
  );
  await worker.close();
});

test('A file that is not there is not made', async () => {
  await using site = await createSite(here);
  const { stdout } = createConsole();
  const settings = { queues: ['http'], config: site.config, stdout, env: {}, signal };
  await assert.rejects(repair(settings), { code: 'queue-not-found', message: /there is no such queue/ });
});
