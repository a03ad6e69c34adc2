/**
 * What a queue does when the system refuses to write: run with a limit on the size of files, SIGXFSZ ignored. Says `refused` when
 * it has met the limit, and goes on when it is told, on stdin, that the limit is gone. Fails by an exception.
 */
import assert from 'node:assert/strict';
import { once } from 'node:events';
import { appending, delivering, exampleRow } from '../example.ts';
import { QueueError } from '../queue-error.ts';
import { startQueueWorker } from '../start-queue-worker.ts';

const worker = startQueueWorker();
const queue = await worker.open(process.argv[2] ?? '');
let seq = 1;
let refusal: unknown;
for (; refusal === undefined; seq += 1) {
  await queue.commit(appending(exampleRow(seq, 200_000))).catch((error: unknown) => (refusal = error));
}
assert.ok(refusal instanceof QueueError && refusal.code === 'io');
assert.match(refusal.message, /check the disk/);
seq -= 2;
const all = { afterSeq: 0, maxBytes: Infinity, maxRows: Infinity };
assert.equal((await queue.read(all)).at(-1)?.seq, seq);
process.stdout.write('refused\n');
await once(process.stdin, 'data');
const { state } = await queue.commit(appending(exampleRow(seq + 1, 200_000)));
assert.deepEqual(state.counts, { polled: seq + 1 });
assert.equal((await queue.commit(delivering(1))).state.rows, seq);
await worker.close();
process.stdin.destroy();
