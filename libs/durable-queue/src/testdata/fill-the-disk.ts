/**
 * What a queue does on a full disk: the first argument is a directory on a file system of some megabytes; `pretended` as the second
 * one makes any directory look like one, up to the point where a write would really fail. Fails by an exception.
 */
import assert from 'node:assert/strict';
import fs, { readdirSync, rmSync, statfsSync, statSync, writeFileSync } from 'node:fs';
import { syncBuiltinESMExports } from 'node:module';
import { join } from 'node:path';
import { appending, delivering, exampleRow } from '../example.ts';
import { QueueFile } from '../file/queue-file.ts';
import { QueueError } from '../queue-error.ts';

const [, , directory = '', isPretended] = process.argv;
const all = { afterSeq: 0, maxBytes: Infinity, maxRows: Infinity };

if (isPretended !== undefined) {
  Object.assign(fs, {
    statfsSync: () => {
      const used = readdirSync(directory).reduce((sum, name) => sum + statSync(join(directory, name)).size, 0);
      return { bsize: 1, bavail: Math.max(0, 48 * 1024 * 1024 - used) };
    },
  });
  syncBuiltinESMExports();
}

function open(name: string): QueueFile {
  return new QueueFile(join(directory, name), (report) => assert.fail(report.reason));
}

/** Appends until the disk is full; the last seq that went in. */
function fill(queue: QueueFile, from: number): number {
  for (let seq = from; ; seq += 1) {
    try {
      queue.commit(appending(exampleRow(seq, 200_000)));
    } catch (error) {
      assert.ok(error instanceof QueueError, String(error));
      assert.equal(error.code, 'disk_full');
      const place = isPretended === undefined ? `${directory}, ` : '/';
      assert.ok(error.message.startsWith(`${queue.path}: the disk is full: make room on the file system at ${place}`));
      return seq - 1;
    }
  }
}

function takeTheRest(name: string): void {
  const { bavail, bsize } = statfsSync(directory);
  writeFileSync(join(directory, name), new Uint8Array(bavail * bsize));
}

const queue = open('q.db');
const last = fill(queue, 1);
assert.ok(last > 5);
assert.equal(queue.read(all).length, last, 'what was committed can be read');
assert.equal(fill(queue, last + 1), last, 'it stays full');

const delivered = queue.commit(delivering(...Array.from({ length: last - 1 }, (_, index) => index + 1)));
assert.equal(delivered.state.rows, 1, 'rows can be removed from a disk that the queue has filled');
const again = fill(queue, last + 1);
assert.ok(again > last, 'and then others have room');

// Somebody else takes the rest.
takeTheRest('ballast-1');
assert.equal(fill(queue, again + 1), again);
assert.equal(queue.read(all).length, again - last + 1);
queue.close();
const onFull = open('q.db');
assert.equal(onFull.state.rows, again - last + 1, 'a queue can be opened on a full disk');
takeTheRest('ballast-2');
if (isPretended === undefined) assert.throws(() => open('other.db'), { name: 'QueueError', code: 'disk_full' });
for (const name of ['ballast-1', 'ballast-2']) rmSync(join(directory, name));
open('other.db').close();
const { state } = onFull.commit(delivering(last));
assert.deepEqual(state.counts, { polled: again, delivered: last });
assert.equal(fill(onFull, again + 1) > again, true, 'it recovers by itself');
onFull.close();
assert.deepEqual(
  readdirSync(directory).filter((name) => /damaged|repaired/.test(name)),
  [],
);
