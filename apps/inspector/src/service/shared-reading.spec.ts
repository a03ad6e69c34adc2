import assert from 'node:assert/strict';
import { after, test } from 'node:test';
import { InspectionStatus, InstanceStatistics, MissingReason, StatisticsGroup } from '@nephometer/inspector-api';
import type { Reading, ReadingRequest } from '../hypervisor.ts';
import { createSharedReadings } from './shared-reading.ts';
import type { SharedReadings } from './shared-reading.ts';

const { CPU, DISK, MEMORY } = StatisticsGroup;
const never = new AbortController().signal;
const request = (groups: readonly StatisticsGroup[], ids?: readonly string[]): ReadingRequest => ({
  ids,
  groups: new Set(groups),
});

interface Started {
  readonly request: ReadingRequest;
  readonly signal: AbortSignal;
  finish(atMs?: number): void;
  fail(error: Error): void;
}

/** Of all tests: a reading that is left open would keep the process alive until its deadline. */
const everStarted: Started[] = [];
after(() => everStarted.forEach((one) => one.finish()));

/** Shared readings over a hypervisor whose answers the test gives by hand. */
function byHand(timeoutMs?: number): { readings: SharedReadings; started: Started[]; clock: { ms: number } } {
  const started: Started[] = [];
  const clock = { ms: 1000 };
  const inspect = (asked: ReadingRequest, signal: AbortSignal): Promise<Reading> => {
    const { promise, resolve, reject } = Promise.withResolvers<Reading>();
    signal.addEventListener('abort', () => reject(signal.reason as Error));
    const instances = (asked.ids ?? ['a', 'b']).map((id) => statistics(id));
    const finish = (atMs = clock.ms): void => resolve({ readAtMs: atMs, durationMs: 3, instances });
    const one = { request: asked, signal, finish, fail: reject };
    started.push(one);
    everStarted.push(one);
    return promise;
  };
  const readings = createSharedReadings({
    inspect,
    now: () => clock.ms,
    ...(timeoutMs === undefined ? {} : { timeoutMs }),
  });
  return { readings, started, clock };
}

function statistics(id: string): InstanceStatistics {
  const missing = [{ group: MEMORY, reason: MissingReason.BALLOON_OFF, fields: [], since: undefined, detail: '' }];
  return InstanceStatistics.create({
    id,
    status: InspectionStatus.PARTIAL,
    cpu: { timeNs: 1n },
    memory: { currentKib: 2n },
    disks: [{ index: 0, device: 'vda' }],
    missing,
    other: [{ name: 'cpu.x' }, { name: 'block.0.y' }, { name: 'odd' }],
  });
}

void test('callers at the same time share one reading, each with what it asked for', async () => {
  const { readings, started } = byHand();
  const wide = readings.read(request([CPU, MEMORY, DISK]), 0, never);
  const narrow = readings.read(request([CPU], ['b']), 0, never);
  assert.equal(started.length, 1);
  started[0]?.finish();
  assert.deepEqual(
    (await wide).instances.map(({ id, status }) => [id, status]),
    [
      ['a', InspectionStatus.PARTIAL],
      ['b', InspectionStatus.PARTIAL],
    ],
  );
  const [only, ...others] = (await narrow).instances;
  assert.deepEqual(others, []);
  assert.deepEqual([only?.id, only?.cpu?.timeNs, only?.memory, only?.disks], ['b', 1n, undefined, []]);
  assert.deepEqual(
    only?.other.map(({ name }) => name),
    ['cpu.x', 'odd'],
  );
  // Only MEMORY was missing, and nobody asked this caller's question about it.
  assert.deepEqual([only?.status, only?.missing], [InspectionStatus.OK, []]);
});

void test('a question that the reading under way does not cover begins its own', () => {
  const { readings, started } = byHand();
  const ask = (asked: ReadingRequest): void => void readings.read(asked, 0, never).catch(() => {});
  ask(request([CPU], ['a']));
  ask(request([CPU, DISK], ['a']));
  ask(request([CPU]));
  ask(request([CPU], ['a', 'b']));
  assert.equal(started.length, 3);
});

void test('a kept reading serves those who accept its age and nobody else', async () => {
  const { readings, started, clock } = byHand();
  const first = readings.read(request([CPU, DISK]), 0, never);
  started[0]?.finish();
  assert.equal((await first).ageMs, 0);
  clock.ms += 400;
  const reused = await readings.read(request([DISK]), 500, never);
  assert.deepEqual([reused.ageMs, reused.reading.readAtMs, started.length], [400, 1000, 1]);
  for (const [asked, maxAgeMs] of [
    [request([DISK]), 399],
    [request([DISK]), 0],
    [request([MEMORY]), 500],
  ] as const) {
    void readings.read(asked, maxAgeMs, never).catch(() => {});
  }
  // The second of them shares the reading that the first began.
  assert.equal(started.length, 3);
});

void test('a caller who leaves costs the others nothing; the last one ends the reading', async () => {
  const { readings, started } = byHand();
  const [one, two] = [new AbortController(), new AbortController()];
  const first = readings.read(request([CPU]), 0, one.signal);
  const second = readings.read(request([CPU]), 0, two.signal);
  const reason = new Error('gone');
  one.abort(reason);
  await assert.rejects(first, reason);
  assert.equal(started[0]?.signal.aborted, false);
  started[0]?.finish();
  assert.equal((await second).instances.length, 2);

  const third = readings.read(request([CPU]), 0, two.signal);
  two.abort(reason);
  await assert.rejects(third, reason);
  assert.equal(started[1]?.signal.aborted, true);
  void readings.read(request([CPU]), 0, never).catch(() => {});
  assert.equal(started.length, 3, 'nobody joins a reading that is given up');
});

void test('a failed reading fails all its callers and is not kept', async () => {
  const { readings, started } = byHand();
  const both = [readings.read(request([CPU]), 9, never), readings.read(request([CPU]), 9, never)];
  const error = new Error('broken');
  started[0]?.fail(error);
  for (const one of both) await assert.rejects(one, error);
  const next = readings.read(request([CPU]), 9, never);
  started[1]?.finish();
  assert.equal((await next).ageMs, 0);
});

void test('a reading has an end even if no caller has a deadline', async () => {
  const { readings } = byHand(1);
  await assert.rejects(readings.read(request([CPU]), 0, never), { name: 'DeadlineError' });
});

void test('one who is aborted before asks nothing', async () => {
  const { readings, started } = byHand();
  await assert.rejects(readings.read(request([CPU]), 0, AbortSignal.abort(new Error('x'))), { message: 'x' });
  assert.equal(started.length, 0);
});
