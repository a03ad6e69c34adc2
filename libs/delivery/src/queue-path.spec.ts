import assert from 'node:assert/strict';
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { basename, dirname, join } from 'node:path';
import { test } from 'node:test';
import { isQueueName, listQueues, queueDirectory, queuePath } from './queue-path.ts';

test('A queue is named after scheme, host and a hash of the whole name', () => {
  const path = queuePath('/state', 'https://user:***@Collector.example:8080/samples?batch=false');
  assert.equal(dirname(path), queueDirectory('/state'));
  assert.match(basename(path), /^https-collector\.example-8080-[0-9a-f]{12}\.sqlite$/);
  assert.match(basename(queuePath('/state', 'gnocchi://')), /^gnocchi-[0-9a-f]{12}\.sqlite$/);
  assert.notEqual(queuePath('/state', 'gnocchi://'), queuePath('/state', 'gnocchi://?filter_project=a'));
});

test('A name tells a queue from other files', () => {
  for (const publisher of ['gnocchi://', 'https://a.example/', 'queue']) {
    assert.equal(isQueueName(queuePath('/state', publisher)), true, publisher);
  }
  for (const name of ['/etc/hosts', 'samples.sqlite', 'a-0123456789ab.sqlite.lock', 'a-0123456789ab.sqlite-wal']) {
    assert.equal(isQueueName(name), false, name);
  }
});

test('All queues of a state directory are listed, and nothing else; none if there is no directory', async () => {
  const stateDir = await mkdtemp(join(tmpdir(), 'nephometer-queues-'));
  try {
    assert.deepEqual(await listQueues(stateDir), []);
    const directory = queueDirectory(stateDir);
    await mkdir(directory);
    const names = ['b.sqlite', 'a.sqlite', 'a.sqlite-wal', 'a.sqlite.lock', 'a.sqlite.damaged-20260721T135612Z'];
    for (const name of names) await writeFile(join(directory, name), '');
    assert.deepEqual(await listQueues(stateDir), [join(directory, 'a.sqlite'), join(directory, 'b.sqlite')]);
  } finally {
    await rm(stateDir, { recursive: true });
  }
});
