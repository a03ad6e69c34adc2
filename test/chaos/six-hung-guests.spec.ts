/** Several guests hang at once: each holds a thread of libvirtd that asked it, and libvirtd has few of them. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { MissingReason, StatisticsGroup } from '@nephometer/inspector-api';
import type { InspectInstancesResponse } from '@nephometer/inspector-api';
import { eventually, startLibvirtd } from '@nephometer/test-kit';
import type { Guest, TestLibvirtd } from '@nephometer/test-kit';
import { assertComplete, describeMissing } from './completeness.ts';
import { signalGuest, startGuests } from './guests.ts';
import { readDurationMs, startInspectorUnderTest } from './inspector-under-test.ts';
import type { InspectorUnderTest } from './inspector-under-test.ts';
import { assertSameSeries, failedCycles, lastBefore, startPolling } from './polling.ts';
import { allowedMs, warmUp } from './warm-up.ts';

/** Longer than a reading and the hedge deadline together: a cycle may take an interval. */
const INTERVAL_S = 2;

const signalAll = async (libvirtd: TestLibvirtd, guests: readonly Guest[], signal: NodeJS.Signals): Promise<void> =>
  void (await Promise.all(guests.map(({ name }) => signalGuest(libvirtd, name, signal))));

async function stuckCalls(inspector: InspectorUnderTest): Promise<{ readonly now: number; readonly most: number }> {
  const { hangProtection } = await inspector.getHost();
  assert.ok(hangProtection !== undefined, 'the host announces no protection');
  return { now: hangProtection.stuckCalls, most: hangProtection.stuckCallsMaximum };
}

/** Another client of libvirtd: without protection it would wait for ever, and virsh be killed after two minutes. */
async function assertOthersAreServed({ virsh }: TestLibvirtd, guests: readonly Guest[], healthy: Guest): Promise<void> {
  const [list, statistics] = await Promise.all([virsh('list', '--name'), virsh('domstats', healthy.name)]);
  for (const { name } of guests) assert.ok(list.split('\n').some((line) => line.trim() === name));
  assert.match(statistics, /block\.0\.rd\.reqs=\d+/);
}

test('six guests of twenty that hang at once cost the other fourteen no sample, and other clients nothing', async () => {
  await using libvirtd = await startLibvirtd({ network: true });
  const guests = await startGuests(libvirtd);
  const victims = guests.filter((_, index) => index % 3 === 1).slice(0, 6);
  const others = guests.filter((guest) => !victims.includes(guest));
  const [healthy] = others;
  assert.ok(healthy !== undefined && victims.length === 6);
  await using inspector = await startInspectorUnderTest(libvirtd.uri('qemu'));
  const usual = await warmUp(inspector);
  const { shapes } = usual;
  await using polling = await startPolling(inspector.target, INTERVAL_S);
  await polling.cycles(3);
  const mostMs = await allowedMs(inspector, usual);

  const stoppedAtMs = Date.now();
  await signalAll(libvirtd, victims, 'SIGSTOP');
  for (let round = 0; round < 4; round++) {
    const reading = await inspector.inspect();
    const ids = others.map(({ uuid }) => uuid);
    assertComplete(reading, shapes, ids);
    for (const { uuid } of victims) {
      const statistics = reading.instances.find(({ id }) => id === uuid);
      const disk = statistics?.missing.find(({ group }) => group === StatisticsGroup.DISK);
      assert.equal(disk?.reason, MissingReason.MONITOR_HUNG, statistics && describeMissing(statistics));
    }
    const tookMs = readDurationMs(reading);
    assert.ok(tookMs <= mostMs, `reading ${round} took ${tookMs} ms, allowed are ${mostMs}`);
    const stuck = await stuckCalls(inspector);
    assert.ok(stuck.now > 0 && stuck.now <= stuck.most, `${stuck.now} stuck calls of ${stuck.most}`);
    await assertOthersAreServed(libvirtd, guests, healthy);
  }
  await polling.cycles(2);
  await signalAll(libvirtd, victims, 'SIGCONT');
  const wentOnAtMs = Date.now();
  await eventually(async () => assert.equal((await stuckCalls(inspector)).now, 0));
  await polling.cycles(4);
  const cycles = await polling.stop();

  assert.deepEqual(failedCycles(polling), []);
  const before = lastBefore(cycles, stoppedAtMs);
  for (const cycle of cycles.slice(1)) assertSameSeries(cycle, before, others);
  const after = cycles.filter(({ readAtMs }) => readAtMs > wentOnAtMs);
  assert.ok(after.length >= 3);
  for (const cycle of after.slice(1)) assertSameSeries(cycle, before, victims);
});

/** Asserts that libvirtd was asked for nothing that could hang, and that each healthy guest says so. */
function assertSpared({ instances }: InspectInstancesResponse, healthy: readonly Guest[]): void {
  for (const { name, uuid } of healthy) {
    const statistics = instances.find(({ id }) => id === uuid);
    assert.ok(statistics !== undefined, name);
    const said = describeMissing(statistics);
    assert.ok((statistics.cpu?.timeNs ?? 0n) > 0n && statistics.vcpus.length === 1, said);
    const disk = statistics.missing.find(({ group }) => group === StatisticsGroup.DISK);
    assert.equal(disk?.reason, MissingReason.STUCK_CALLS, said);
  }
}

test('more hanging guests than libvirtd can spare threads for leave it usable, and all is read again afterwards', async () => {
  await using libvirtd = await startLibvirtd({ network: true });
  const guests = await startGuests(libvirtd);
  const victims = guests.slice(0, 15);
  const healthy = guests.slice(15);
  const [first] = healthy;
  assert.ok(first !== undefined);
  await using inspector = await startInspectorUnderTest(libvirtd.uri('qemu'));
  const { shapes } = await warmUp(inspector);
  const { most } = await stuckCalls(inspector);
  assert.ok(most > 0 && most < victims.length, `${most} calls may be stuck`);

  await signalAll(libvirtd, victims, 'SIGSTOP');
  await eventually(async () => {
    const reading = await inspector.inspect();
    assert.ok((await stuckCalls(inspector)).now <= most);
    assertSpared(reading, healthy);
  });
  assertSpared(await inspector.inspect(), healthy);
  assert.equal((await stuckCalls(inspector)).now, most);
  await assertOthersAreServed(libvirtd, guests, first);

  await signalAll(libvirtd, victims, 'SIGCONT');
  await eventually(async () => {
    assertComplete(await inspector.inspect(), shapes);
    assert.equal((await stuckCalls(inspector)).now, 0);
  });
});
