/** Guests and their devices come and go at random, and every number stays with its guest. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import { InspectionStatus, InstanceState, timestampToMs } from '@nephometer/inspector-api';
import type { InspectInstancesResponse, InstanceStatistics } from '@nephometer/inspector-api';
import { eventually, startLibvirtd } from '@nephometer/test-kit';
import type { TestLibvirtd } from '@nephometer/test-kit';
import { createChurn, extraDiskTarget } from './churn.ts';
import type { ChurnedGuest } from './churn.ts';
import { createDisturbances } from './disturbances.ts';
import { startGuests } from './guests.ts';
import { readDurationMs, startInspectorUnderTest } from './inspector-under-test.ts';
import type { InspectorUnderTest } from './inspector-under-test.ts';
import { startPolling } from './polling.ts';
import type { Cycle } from './polling.ts';
import { seededRandom } from './seeded-random.ts';
import { warmUp } from './warm-up.ts';

const CHURN_MS = 60_000;
const READ_EVERY_MS = 1000;
/** As many operators work at a time. */
const OPERATORS = 2;
const MIB = 1024 * 1024;

/** What tells a guest from the others: each has another memory, another size of disk, another number of writes at its start. */
const memoryMibOf = (index: number): number => 16 + index;
const diskMibOf = (index: number): number => 8 + index;
const writesOf = (index: number): number => 10 + 13 * index;

/** Asserts that nothing in a guest's statistics can be another guest's. */
function assertOwn(statistics: InstanceStatistics, { guest, index }: ChurnedGuest): void {
  const { name, disks, vnics, memory } = statistics;
  assert.equal(name, guest.name);
  if (memory?.maximumKib !== undefined) assert.equal(Number(memory.maximumKib), memoryMibOf(index) * 1024, name);
  const own = new Map([
    ['vda', diskMibOf(index) * MIB],
    [extraDiskTarget(index), 4 * MIB],
  ]);
  for (const { device, path, capacityBytes, writeRequests } of disks) {
    const size = own.get(device);
    assert.ok(size !== undefined, `${name} has a disk ${device}`);
    assert.ok(path === undefined || path.includes(`/${guest.name}-`), `${name}: ${device} is ${path}`);
    if (capacityBytes !== undefined) assert.equal(Number(capacityBytes), size, `${name} ${device}`);
    const most = device === 'vda' ? writesOf(index) : 0;
    assert.ok((writeRequests ?? 0n) <= most, `${name} ${device}: ${writeRequests} writes, it makes ${most}`);
  }
  assert.deepEqual(
    vnics.filter(({ device }) => !guest.nics.some((nic) => nic.device === device)),
    [],
    name,
  );
}

/** Numbers that only grow while a guest runs, by their names. */
function countersOf({ cpu, vcpus, disks, vnics }: InstanceStatistics): Map<string, bigint> {
  const all: [string, bigint | undefined][] = [
    ['cpu', cpu?.timeNs],
    ...vcpus.map(({ number, timeNs }): [string, bigint | undefined] => [`vcpu ${number}`, timeNs]),
    ...disks.flatMap(({ device, readBytes, writeRequests }): [string, bigint | undefined][] => [
      [`${device} read`, readBytes],
      [`${device} written`, writeRequests],
    ]),
    ...vnics.map(({ device, receiveBytes }): [string, bigint | undefined] => [device, receiveBytes]),
  ];
  return new Map(all.filter((entry): entry is [string, bigint] => entry[1] !== undefined));
}

/** Epoch milliseconds of a reading's begin and end. */
function spanOf(reading: InspectInstancesResponse): { readonly fromMs: number; readonly toMs: number } {
  assert.ok(reading.readAt !== undefined);
  const toMs = timestampToMs(reading.readAt);
  return { fromMs: toMs - readDurationMs(reading), toMs };
}

const stateNames = new Map([
  ['running', InstanceState.RUNNING],
  ['shut off', InstanceState.SHUT_OFF],
]);

/** Asserts that the inspector lists just what libvirt's own client lists, devices included. */
async function assertListed({ virsh }: TestLibvirtd, inspector: InspectorUnderTest): Promise<void> {
  const lines = (await virsh('list', '--all')).split('\n').filter((line) => line.trim() !== '');
  const expected = await Promise.all(
    lines.map(async (line) => {
      const [, , name = '', state = ''] = /^\s*(\S+)\s+(\S+)\s+(.+?)\s*$/.exec(line) ?? [];
      const xml = await virsh('dumpxml', name);
      const all = (pattern: RegExp): string[] => [...xml.matchAll(pattern)].map(([, value = '']) => value).sort();
      const [id = ''] = all(/<uuid>(.+)<\/uuid>/g);
      const disks = all(/<target dev='(vd\w+)' bus=/g);
      return { id, name, state: stateNames.get(state), disks, macs: all(/<mac address='(.+?)'/g) };
    }),
  );
  const listed = (await inspector.listInstances()).map(({ id, name, state, disks, vnics }) => ({
    id,
    name,
    state,
    disks: disks.map(({ device }) => device).sort(),
    macs: vnics.map(({ mac }) => mac).sort(),
  }));
  const byId = (a: { id: string }, b: { id: string }): number => (a.id < b.id ? -1 : 1);
  assert.deepEqual(listed.sort(byId), expected.sort(byId));
}

/** Asserts that each sample that tells whose it is tells the truth. */
function assertOwnSamples(cycles: readonly Cycle[], guests: readonly ChurnedGuest[]): void {
  const expected = new Map<string, number>();
  for (const { guest, index } of guests) {
    expected.set(`memory ${guest.uuid}`, memoryMibOf(index));
    expected.set(`disk.device.capacity ${guest.uuid}-vda`, diskMibOf(index) * MIB);
    expected.set(`disk.device.capacity ${guest.uuid}-${extraDiskTarget(index)}`, 4 * MIB);
  }
  for (const { samples } of cycles) {
    for (const { name, resource_id: resource, volume } of samples) {
      const series = `${name} ${resource}`;
      if (['memory', 'disk.device.capacity'].includes(name)) assert.equal(volume, expected.get(series), series);
    }
  }
  assert.ok(cycles.length > 5, `${cycles.length} cycles`);
}

test('while guests, disks and cards come and go, every number is of the guest whose name it bears', async () => {
  await using libvirtd = await startLibvirtd({ network: true });
  const created = await startGuests(libvirtd, 20, (index) => ({
    memoryMib: memoryMibOf(index),
    disks: [{ sizeMib: diskMibOf(index) }],
    diskActivity: { reads: 3, writes: writesOf(index) },
    nics: index % 4 === 0 ? 1 : 0,
    // Without it the guest's bus takes no device while it runs.
    xml: '<features><acpi/></features>',
  }));
  await using inspector = await startInspectorUnderTest(libvirtd.uri('qemu'));
  await warmUp(inspector);
  await using polling = await startPolling(inspector.target, 1);
  const random = seededRandom();
  const disturbances = createDisturbances();
  const churn = await createChurn(libvirtd, created, { random, disturbances });
  const byId = new Map(churn.guests.map((churned) => [churned.guest.uuid, churned]));
  try {
    const endsAtMs = Date.now() + CHURN_MS;
    const operate = async (): Promise<void> => {
      while (Date.now() < endsAtMs) await churn.step();
    };
    const readings: InspectInstancesResponse[] = [];
    const read = async (): Promise<void> => {
      while (Date.now() < endsAtMs) {
        readings.push(await inspector.inspect());
        await sleep(READ_EVERY_MS);
      }
    };
    await Promise.all([read(), ...Array.from({ length: OPERATORS }, operate)]);
    await churn.settle();

    let compared = 0;
    for (const [place, reading] of readings.entries()) {
      const before = readings[place - 1];
      for (const statistics of reading.instances) {
        const churned = byId.get(statistics.id);
        assert.ok(churned !== undefined, `an instance ${statistics.id}`);
        if (statistics.status === InspectionStatus.GONE) continue;
        assertOwn(statistics, churned);
        const earlier = before?.instances.find(({ id }) => id === statistics.id);
        if (before === undefined || earlier === undefined) continue;
        const { name } = churned.guest;
        if (!disturbances.isPeaceful(name, spanOf(before).fromMs, spanOf(reading).toMs)) continue;
        const counters = countersOf(statistics);
        for (const [counter, value] of countersOf(earlier)) {
          const now = counters.get(counter);
          assert.ok(now === undefined || now >= value, `${name} ${counter} went back from ${value} to ${now}`);
          compared++;
        }
      }
    }
    assert.ok(compared > 300, `${compared} comparisons`);
    await eventually(() => assertListed(libvirtd, inspector));
    assertOwnSamples(await polling.stop(), churn.guests);
    for (const { process } of [inspector, polling]) {
      const errors = process.jsonLines('stderr').filter(({ level }) => level === 'error' || level === 'fatal');
      assert.deepEqual(errors, []);
    }
  } catch (error) {
    throw new Error(`with CHAOS_SEED=${random.seed}`, { cause: error });
  }
});
