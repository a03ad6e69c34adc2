/** One guest of twenty hangs: its QEMU is stopped, so that nobody who asks it is answered. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { MissingReason, StatisticsGroup, timestampToMs } from '@nephometer/inspector-api';
import type { InspectInstancesResponse, InstanceStatistics } from '@nephometer/inspector-api';
import { eventually, startLibvirtd } from '@nephometer/test-kit';
import type { Guest, TestLibvirtd } from '@nephometer/test-kit';
import { assertComplete, describeMissing } from './completeness.ts';
import { signalGuest, startGuests } from './guests.ts';
import { readDurationMs, startInspectorUnderTest } from './inspector-under-test.ts';
import { assertSameSeries, failedCycles, seriesOf, lastBefore, startPolling } from './polling.ts';
import { allowedMs, warmUp } from './warm-up.ts';

/** Longer than a reading and the hedge deadline together: a cycle may take an interval. */
const INTERVAL_S = 2;

/** Groups of which QEMU alone knows something. */
const monitorGroups = [StatisticsGroup.DISK, StatisticsGroup.MEMORY, StatisticsGroup.IOTHREAD];

const without = (guests: readonly Guest[], { uuid }: Guest): string[] =>
  guests.map((guest) => guest.uuid).filter((id) => id !== uuid);

function statisticsOf({ instances }: InspectInstancesResponse, { name, uuid }: Guest): InstanceStatistics {
  const found = instances.find(({ id }) => id === uuid);
  assert.ok(found !== undefined, `the reading has no ${name}`);
  return found;
}

/** Asserts that a guest has all that libvirt knows without QEMU, and says of the rest why it is missing, and since when. */
function assertHung(statistics: InstanceStatistics, guest: Guest, stoppedAtMs: number): void {
  const said = describeMissing(statistics);
  assert.ok(statistics.state !== undefined, said);
  assert.ok((statistics.cpu?.timeNs ?? 0n) > 0n, said);
  assert.equal(statistics.vcpuCount?.current, 1, said);
  assert.equal(statistics.vcpus.length, 1, said);
  assert.ok(statistics.memory?.currentKib !== undefined, said);
  assert.deepEqual(
    statistics.vnics.map(({ device, receivePackets }) => [device, receivePackets !== undefined]),
    guest.nics.map(({ device }) => [device, true]),
    said,
  );
  for (const group of monitorGroups) {
    const entry = statistics.missing.find((missing) => missing.group === group);
    assert.equal(entry?.reason, MissingReason.MONITOR_HUNG, said);
    assert.ok(entry.since !== undefined && timestampToMs(entry.since) >= stoppedAtMs, said);
  }
}

test('a guest that hangs', async (t) => {
  await using libvirtd: TestLibvirtd = await startLibvirtd({ network: true });
  const guests = await startGuests(libvirtd);

  await t.test(
    'delays the reading that meets it by the hedge deadline at most, and costs nobody else anything',
    async () => {
      const victim = guests[9];
      assert.ok(victim !== undefined);
      await using inspector = await startInspectorUnderTest(libvirtd.uri('qemu'));
      const usual = await warmUp(inspector);
      const { shapes } = usual;
      const mostMs = await allowedMs(inspector, usual);

      const stoppedAtMs = Date.now();
      await signalGuest(libvirtd, victim.name, 'SIGSTOP');
      try {
        for (let round = 0; round < 4; round++) {
          const reading = await inspector.inspect();
          assertComplete(reading, shapes, without(guests, victim));
          assertHung(statisticsOf(reading, victim), victim, stoppedAtMs);
          const tookMs = readDurationMs(reading);
          assert.ok(tookMs <= mostMs, `reading ${round} took ${tookMs} ms, allowed are ${mostMs}`);
        }
      } finally {
        await signalGuest(libvirtd, victim.name, 'SIGCONT');
      }
      await eventually(async () => assertComplete(await inspector.inspect(), shapes));
    },
  );

  await t.test('costs nobody else a sample in any cycle, and is whole again two cycles after it goes on', async () => {
    const victim = guests[3];
    assert.ok(victim !== undefined);
    const others = guests.filter((guest) => guest !== victim);
    await using inspector = await startInspectorUnderTest(libvirtd.uri('qemu'));
    await warmUp(inspector);
    await using polling = await startPolling(inspector.target, INTERVAL_S);
    await polling.cycles(3);
    const stoppedAtMs = Date.now();
    await signalGuest(libvirtd, victim.name, 'SIGSTOP');
    await polling.cycles(4);
    await signalGuest(libvirtd, victim.name, 'SIGCONT');
    const wentOnAtMs = Date.now();
    await polling.cycles(4);
    const cycles = await polling.stop();

    assert.deepEqual(failedCycles(polling), []);
    const before = lastBefore(cycles, stoppedAtMs);
    for (const cycle of cycles.slice(1)) assertSameSeries(cycle, before, others);

    // One that began before the stop may end after it.
    const during = cycles.filter(({ readAtMs }) => readAtMs > stoppedAtMs && readAtMs < wentOnAtMs).slice(1);
    assert.ok(during.length >= 2, `${during.length} cycles while it hung`);
    const cheap = seriesOf(before, victim).filter((series) =>
      /^(cpu|vcpus|power\.state|memory|network\.\S+) /.test(series),
    );
    assert.ok(cheap.length > 10);
    for (const cycle of during) assert.deepEqual(seriesOf(cycle, victim), cheap);

    const after = cycles.filter(({ readAtMs }) => readAtMs > wentOnAtMs);
    assert.ok(after.length >= 3);
    for (const cycle of after.slice(1)) assertSameSeries(cycle, before, [victim]);
  });
});
