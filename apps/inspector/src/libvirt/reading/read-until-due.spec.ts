import assert from 'node:assert/strict';
import { test } from 'node:test';
import { raceAbort } from '@nephometer/abortable';
import { MissingReason, StatisticsGroup } from '@nephometer/inspector-api';
import { readUntilDue } from './read-until-due.ts';
import type { Part } from './read-until-due.ts';
import type { DomainRecord, DomainsRequest } from './record.ts';

const { signal } = new AbortController();
const domains = ['a', 'b', 'c', 'd'].map((name) => ({ uuid: name, name, id: 1 }));
const request: DomainsRequest = { domains, groups: new Set([StatisticsGroup.CPU]), descriptionOf: () => undefined };
const recordOf = (index: number): DomainRecord => {
  const domain = domains[index];
  assert.ok(domain !== undefined);
  return { domain, params: [{ name: 'cpu.time', type: 'ullong', value: 1n }], failures: undefined };
};
const never = new Promise<never>(() => undefined);

const done: Part = async () => [recordOf(0)];
/** Tells of one domain, and then of no other. */
const stuck: Part = async (onRecords, own) => {
  onRecords([recordOf(1)]);
  return raceAbort(never, own);
};

test('parts that are done in time are the answer, and a domain that none tells about is not in it', async () => {
  const records = await readUntilDue([done, async () => [recordOf(2)]], request, signal);
  assert.deepEqual(records, [recordOf(0), recordOf(2)]);
});

test('when it is due the answer is what was told by then, and the others say that there was no time', async () => {
  const records = await readUntilDue([done, stuck], { ...request, dueAtMs: Date.now() + 600 }, signal);
  assert.deepEqual(records.slice(0, 2), [recordOf(0), recordOf(1)]);
  assert.deepEqual(
    records.slice(2).map(({ params, failures }) => [params, failures?.map(({ reason }) => reason)]),
    [
      [[], [MissingReason.LIBVIRT_ERROR]],
      [[], [MissingReason.LIBVIRT_ERROR]],
    ],
  );
});

test('an error of a part, and the reason of the signal, are those of the reading', async () => {
  const dueAtMs = Date.now() + 60_000;
  const failing: Part = async () => Promise.reject(new Error('the daemon is gone'));
  await assert.rejects(readUntilDue([stuck, failing], { ...request, dueAtMs }, signal), /the daemon is gone/);
  const caller = new AbortController();
  const reading = readUntilDue([stuck], { ...request, dueAtMs }, caller.signal);
  caller.abort(new Error('the caller has left'));
  await assert.rejects(reading, /the caller has left/);
});
