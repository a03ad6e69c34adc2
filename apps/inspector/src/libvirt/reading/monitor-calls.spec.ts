import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Connection, Domain } from '@nephometer/libvirt';
import { createMonitorCalls } from './monitor-calls.ts';
import type { MonitorCalls } from './monitor-calls.ts';

const { signal } = new AbortController();
const domain = (number: number): Domain => ({ uuid: `uuid-${number}`, name: `g${number}`, id: number });

/** Calls to a daemon that answers none of them, and what is asked of it, in order. */
function callsToHungGuests(hasThread: () => boolean): { readonly calls: MonitorCalls; readonly log: string[] } {
  const log: string[] = [];
  const lane = {
    getAllDomainStats: ({ domains }: { readonly domains: readonly Domain[] }) => {
      log.push(...domains.map(({ name }) => name));
      return new Promise(() => undefined);
    },
  } as unknown as Connection;
  const lanes = { take: async () => lane, giveBack: () => void log.push('given back'), close: async () => undefined };
  const check = async (): Promise<boolean> => {
    log.push('thread?');
    await Promise.resolve();
    return hasThread();
  };
  return { calls: createMonitorCalls({ lanes, maximum: 8, hasThread: check, onSend: () => undefined }), log };
}

test('the threads that a daemon starts with are used as they are, each further one is looked for first', async () => {
  const { calls, log } = callsToHungGuests(() => true);
  await Promise.all([1, 2, 3, 4, 5].map((number) => calls.send([domain(number)], 0, signal)));
  assert.deepEqual(log, ['g1', 'g2', 'g3', 'thread?', 'g4', 'thread?', 'g5']);
  assert.deepEqual(
    calls.unanswered.map(({ number }) => number),
    [1, 2, 3, 4, 5],
  );
});

test('no call is sent to a daemon without a thread for it, and its connection and room are free again', async () => {
  let hasThread = false;
  const { calls, log } = callsToHungGuests(() => hasThread);
  for (const number of [1, 2, 3]) await calls.send([domain(number)], 0, signal);
  assert.equal(await calls.send([domain(4)], 0, signal), undefined);
  assert.deepEqual(log.slice(3), ['thread?', 'given back']);
  hasThread = true;
  assert.notEqual(await calls.send([domain(4)], 0, signal), undefined);
});

test('a reading that is given up while it looks for a thread sends nothing', async () => {
  const { calls, log } = callsToHungGuests(() => true);
  for (const number of [1, 2, 3]) await calls.send([domain(number)], 0, signal);
  const controller = new AbortController();
  const sending = calls.send([domain(4)], 0, controller.signal);
  controller.abort(new Error('the caller has left'));
  await assert.rejects(sending, /the caller has left/);
  assert.ok(!log.includes('g4'));
});
