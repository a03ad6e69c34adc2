import assert from 'node:assert/strict';
import { mkdir, readdir, readFile, truncate, writeFile } from 'node:fs/promises';
import { DatabaseSync } from 'node:sqlite';
import { test } from 'node:test';
import { startQueueWorker } from '@nephometer/durable-queue';
import { createConsole, createSite, exampleReading } from './example.ts';
import type { Site } from './example.ts';
import { inspectQueues } from './inspect-queues.ts';
import type { InspectQueuesSettings } from './inspect-queues.ts';
import type { QueueReport } from './queue-report.ts';

const { signal } = new AbortController();
const here = 'http://127.0.0.1:1/samples';

interface Outcome {
  readonly isWell: boolean;
  readonly text: string;
}

async function inspect(settings: Partial<InspectQueuesSettings>): Promise<Outcome> {
  const { stdout, out } = createConsole();
  const isWell = await inspectQueues({ queues: [], json: false, stdout, env: {}, signal, ...settings });
  return { isWell, text: out() };
}

async function reports(site: Site): Promise<{ readonly isWell: boolean; readonly queues: readonly QueueReport[] }> {
  const { isWell, text } = await inspect({ config: site.config, json: true });
  return { isWell, ...(JSON.parse(text) as { readonly queues: readonly QueueReport[] }) };
}

test('All queues are shown: of publishers with a file or without, in memory, and of nobody', async () => {
  await using site = await createSite(here, 'http://127.0.0.1:2/', 'console');
  await site.fill(here, exampleReading(1), exampleReading(2));
  await site.fill('http://127.0.0.1:3/', exampleReading(1));
  const { isWell, text } = await inspect({ config: site.config });
  assert.equal(isWell, true);
  const [own = '', none = '', memory = '', forgotten = ''] = text.split('\n\n');
  assert.match(own, /^http:\/\/127\.0\.0\.1:1\/samples\n/);
  assert.match(own, /\n {2}owner {4}nobody: [^]*\n {2}waiting {2}8 samples, .*the oldest for /);
  assert.match(own, /\n {2}ledger {3}8 polled = 0 delivered \+ 8 queued \+ 0 dropped$/);
  assert.match(none, /^http:\/\/127\.0\.0\.1:2\/\n[^]*the file is not there yet$/);
  assert.match(memory, /^console:\/\/\n {2}queue {4}in memory/);
  assert.match(forgotten, /^a publisher that is not configured\n[^]*waiting {2}4 samples[^]*nobody sends these/);
});

test('The contents of a queue are as before, and an owner may have it open', async () => {
  await using site = await createSite(here);
  const path = await site.fill(here, exampleReading(1));
  const before = await readFile(path);
  const worker = startQueueWorker();
  const queue = await worker.open(path);
  const { isWell, queues } = await reports(site);
  await queue.close();
  await worker.close();
  assert.equal(isWell, true);
  assert.deepEqual(
    queues.map(({ owner, waiting }) => [owner !== null && owner !== 'unknown' && owner.pid, waiting?.samples]),
    [[process.pid, 4]],
  );
  assert.deepEqual(await readFile(path), before);
});

test('A damaged queue, one that does not add up and an empty file are not well', async () => {
  await using site = await createSite(here, 'http://127.0.0.1:2/', 'http://127.0.0.1:3/');
  const cut = await site.fill(here, exampleReading(1));
  await truncate(cut, (await readFile(cut)).byteLength - 4096);
  const wrong = await site.fill('http://127.0.0.1:2/', exampleReading(1));
  await truncate(await site.fill('http://127.0.0.1:3/', exampleReading(1)), 0);
  const worker = startQueueWorker();
  const queue = await worker.open(wrong);
  const limits = { maxBytes: Infinity, oldestAtMs: 0, busyUpTo: 0 };
  await queue.commit({ appends: [], removes: [], counts: { polled: 3 }, limits });
  await worker.close();
  const files = await readdir(`${site.stateDir}/queues`);
  const { isWell, queues } = await reports(site);
  assert.equal(isWell, false);
  assert.deepEqual(
    queues.map(({ damage, ledger }) => [damage.length > 0, ledger?.unaccounted]),
    [
      [true, undefined],
      [false, 3],
      [true, undefined],
    ],
  );
  // Nothing was repaired or put aside.
  const { length } = (await readdir(`${site.stateDir}/queues`)).filter((name) => !/-(?:shm|wal)$/.test(name));
  assert.equal(length, files.filter((name) => !/-(?:shm|wal)$/.test(name)).length);
  assert.match((await inspect({ queues: [cut] })).text, /^publisher not known\n[^]*DAMAGE/);
});

test('What is no queue is told, and is not damage', async () => {
  await using site = await createSite(here);
  const path = `${site.directory}/other.db`;
  const database = new DatabaseSync(path);
  database.exec('CREATE TABLE mine (a)');
  database.close();
  const { isWell, text } = await inspect({ queues: [path] });
  assert.equal(isWell, false);
  assert.match(text, /\n {2}ERROR {4}.*other\.db is a database of another program/);
  await writeFile(`${site.directory}/text`, 'all but a queue\n'.repeat(1000));
  assert.doesNotMatch((await inspect({ queues: [`${site.directory}/text`] })).text, /repair/);
});

test('Nothing to look at is said, and a place to look at must be named', async () => {
  await using site = await createSite(here);
  await mkdir(`${site.stateDir}/queues`, { recursive: true });
  assert.deepEqual(await inspect({ stateDir: site.stateDir }), { isWell: true, text: 'no queues\n' });
  await assert.rejects(inspect({}), { code: 'invalid-option', message: /--config .* --state-dir/ });
  await assert.rejects(inspect({ queues: ['nowhere.sqlite'] }), { code: 'queue-not-found' });
});
