import assert from 'node:assert/strict';
import { test } from 'node:test';
import { setImmediate as turn } from 'node:timers/promises';
import type { CommitResult, DurableQueue, QueueCommit } from '@nephometer/durable-queue';
import { watchQueue } from './watched-queue.ts';

const commit: QueueCommit = {
  appends: [],
  removes: [],
  counts: {},
  limits: { maxBytes: 1, oldestAtMs: 0, busyUpTo: 0 },
};
const state = { lastSeq: 0, firstSeq: undefined, rows: 0, items: 0, bytes: 0, oldestAtMs: undefined, counts: {} };

test('a queue is idle when its commits have ended, well or not, and so have those that follow from them', async () => {
  const ends: PromiseWithResolvers<CommitResult>[] = [];
  const held: DurableQueue = {
    path: 'held',
    opened: state,
    async commit() {
      const end = Promise.withResolvers<CommitResult>();
      ends.push(end);
      return end.promise;
    },
    read: async () => [],
    close: async () => undefined,
  };
  const { queue, idle } = watchQueue(held);
  await idle();
  const follower = queue.commit(commit).then(() => queue.commit(commit));
  let isIdle = false;
  const waiting = idle().then(() => (isIdle = true));
  ends[0]?.resolve({ dropped: [], state });
  await turn();
  await turn();
  assert.deepEqual([ends.length, isIdle], [2, false]);
  ends[1]?.reject(new Error('full'));
  await assert.rejects(follower, /full/);
  await waiting;
});
