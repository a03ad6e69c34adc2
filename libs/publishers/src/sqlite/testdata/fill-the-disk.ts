/**
 * What the publisher does on a disk. The first argument is the directory of a file system of some megabytes, the second one says what
 * becomes of it: first `full`, then `read-only`, then `writable`. Fails by an exception.
 */
import assert from 'node:assert/strict';
import { rmSync, statfsSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { exampleCycles } from '../../example.ts';
import { openPublisher } from '../example.ts';

const [directory = '', state] = process.argv.slice(2);
const path = join(directory, 's.db');
const ballast = join(directory, 'ballast');
const { signal } = new AbortController();
const [first = [], second = [], third = [], ...others] = exampleCycles(100, 40);
const publisher = openPublisher(path);

function count(): unknown {
  const database = new DatabaseSync(path, { readOnly: true });
  try {
    return database.prepare('SELECT count(*) AS samples FROM samples').get()?.['samples'];
  } finally {
    database.close();
  }
}

if (state === 'full') {
  await publisher.publish(first, signal);
  const { bavail, bsize } = statfsSync(directory);
  writeFileSync(ballast, new Uint8Array(bavail * bsize));
  for (let attempt = 0; attempt < 2; attempt += 1) {
    await assert.rejects(publisher.publish(others.flat(), signal), {
      code: 'write_failed',
      isPermanent: false,
      message: `${path}: the disk is full; make room on the file system of ${directory}`,
    });
  }
  rmSync(ballast);
  assert.deepEqual(await publisher.publish(second, signal), []);
  assert.equal(count(), first.length * 2);
}
if (state === 'read-only') {
  await assert.rejects(publisher.publish(third, signal), { code: 'open_failed', isPermanent: false });
}
if (state === 'writable') {
  assert.deepEqual(await publisher.publish(third, signal), []);
  assert.equal(count(), first.length * 3);
}
await publisher.close();
