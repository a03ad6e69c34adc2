import assert from 'node:assert/strict';
import { test } from 'node:test';
import { appending, exampleCommit, exampleRow } from '../example.ts';
import { newQueue, seqsOf } from './new-queue.ts';
import type { QueueFile } from './queue-file.ts';

/** As assertAddsUp, with what was dropped. */
function assertEquation({ state }: QueueFile): void {
  const { polled = 0, ...gone } = state.counts;
  assert.equal(polled, state.items + Object.values(gone).reduce((sum, count) => sum + count, 0));
}

test('a queue that is full drops the oldest rows, counts their items, and keeps those that are being sent', () => {
  using fresh = newQueue();
  const { queue } = fresh;
  const rows = [1, 2, 3, 4, 5].map((seq) => ({ ...exampleRow(seq, 1000), items: 10 }));
  queue.commit(exampleCommit({ appends: rows, counts: { polled: 50 } }));
  const limits = { maxBytes: 4000, oldestAtMs: 0, busyUpTo: 2 };
  const { dropped, state } = queue.commit(exampleCommit({ appends: [exampleRow(6, 1000)], limits }));
  assert.deepEqual(dropped, [
    { seq: 3, items: 10, reason: 'queue_full' },
    { seq: 4, items: 10, reason: 'queue_full' },
  ]);
  assert.deepEqual(seqsOf(queue), [1, 2, 5, 6]);
  assert.deepEqual(state.counts, { polled: 51, queue_full: 20 });
  assertEquation(queue);
});

test('rows that are too old go, and nothing that is younger', () => {
  using fresh = newQueue();
  const { queue } = fresh;
  queue.commit(appending(exampleRow(1), exampleRow(2), exampleRow(3)));
  const limits = { maxBytes: Infinity, oldestAtMs: 1_003, busyUpTo: 0 };
  const { dropped, state } = queue.commit(exampleCommit({ limits }));
  assert.deepEqual(
    dropped.map(({ seq, reason }) => [seq, reason]),
    [
      [1, 'too_old'],
      [2, 'too_old'],
    ],
  );
  assert.deepEqual(state.counts, { polled: 3, too_old: 2 });
  assert.equal(state.oldestAtMs, 1_003);
});

test('the newest row stays, however large it is, until there is a newer one or it is too old', () => {
  using fresh = newQueue();
  const { queue } = fresh;
  const limits = { maxBytes: 100, oldestAtMs: 0, busyUpTo: 0 };
  assert.deepEqual(queue.commit(exampleCommit({ appends: [exampleRow(1, 500)], limits })).dropped, []);
  assert.deepEqual(queue.commit(exampleCommit({ limits })).dropped, []);
  const { dropped } = queue.commit(exampleCommit({ appends: [exampleRow(2, 500), exampleRow(3, 500)], limits }));
  assert.deepEqual(
    dropped.map(({ seq, reason }) => [seq, reason]),
    [
      [1, 'queue_full'],
      [2, 'queue_full'],
    ],
  );
  assert.deepEqual(seqsOf(queue), [3]);
  const old = queue.commit(exampleCommit({ limits: { ...limits, oldestAtMs: Infinity } })).dropped;
  assert.deepEqual(old, [{ seq: 3, items: 1, reason: 'too_old' }]);
  assertEquation(queue);
});

test('new rows beyond the limits are dropped as well, the first ones, unless they are being sent', () => {
  using fresh = newQueue();
  const { queue } = fresh;
  const appends = [exampleRow(1, 500), exampleRow(2, 500), exampleRow(3, 500)];
  const { dropped } = queue.commit(exampleCommit({ appends, limits: { maxBytes: 1000, oldestAtMs: 0, busyUpTo: 0 } }));
  assert.deepEqual(dropped, [{ seq: 1, items: 1, reason: 'queue_full' }]);
  const limits = { maxBytes: 0, oldestAtMs: 0, busyUpTo: 4 };
  assert.deepEqual(queue.commit(exampleCommit({ appends: [exampleRow(4)], limits })).dropped, []);
  assert.deepEqual(seqsOf(queue), [2, 3, 4]);
  assertEquation(queue);
});
