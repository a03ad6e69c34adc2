import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { InspectionStatus, InstanceState, StatisticsGroup } from '@nephometer/inspector-api';
import type { InstanceStatistics } from '@nephometer/inspector-api';
import { createAvailability } from '../availability.ts';
import type { HypervisorSink } from '../hypervisor.ts';
import { createInventory } from '../inventory.ts';
import { createSimulatedHypervisor } from './simulated-hypervisor.ts';
import { simulatedGroups } from './numbers.ts';

const groups = new Set(simulatedGroups);
const signal = new AbortController().signal;
const day = 86_400_000;
const start = Date.UTC(2026, 5, 1);

async function read(instances: number, seed: number, atMs: number): Promise<readonly InstanceStatistics[]> {
  const hypervisor = createSimulatedHypervisor({ instances, seed, now: () => atMs });
  return (await hypervisor.inspect({ ids: undefined, groups }, signal)).instances;
}

async function inventoryOf(instances: number, seed: number): Promise<HypervisorSink> {
  const sink = { inventory: createInventory({ now: () => 0 }), availability: createAvailability() };
  const controller = new AbortController();
  const running = createSimulatedHypervisor({ instances, seed }).run(sink, controller.signal);
  assert.equal(sink.availability.current.available, true);
  controller.abort();
  await running;
  assert.equal(sink.availability.current.available, false);
  return sink;
}

void test('the same seed gives the same instances and numbers, another seed others', async () => {
  assert.deepEqual(await read(50, 7, start), await read(50, 7, start));
  assert.deepEqual((await inventoryOf(20, 7)).inventory.list(), (await inventoryOf(20, 7)).inventory.list());
  const ids = async (seed: number): Promise<string[]> => (await read(50, seed, start)).map(({ id }) => id);
  assert.equal(new Set([...(await ids(7)), ...(await ids(8))]).size, 100);
});

void test('more instances leave those that were there as they are', async () => {
  assert.deepEqual((await read(40, 3, start)).slice(0, 10), await read(10, 3, start));
});

/** All counters of an instance by name. */
function counters({ cpu, vcpus, vnics, disks }: InstanceStatistics): Map<string, bigint> {
  const found = new Map<string, bigint>();
  const add = (name: string, part: object): void => {
    for (const [key, value] of Object.entries(part)) if (typeof value === 'bigint') found.set(`${name}.${key}`, value);
  };
  add('cpu', cpu ?? {});
  vcpus.forEach((vcpu) => add(`vcpu${vcpu.number}`, vcpu));
  vnics.forEach((vnic) => add(vnic.device, vnic));
  disks.forEach((disk) => add(disk.device, disk));
  return found;
}

void test('counters never go back, whatever the two moments, and grow within a day', async () => {
  await fc.assert(
    fc.asyncProperty(fc.integer({ min: 0, max: day }), fc.integer({ min: 0, max: 3000 }), async (offset, step) => {
      const before = await read(6, 1, start + offset);
      const after = await read(6, 1, start + offset + step);
      before.forEach((statistics, index) => {
        const later = counters(after[index] ?? statistics);
        for (const [name, value] of counters(statistics)) assert.ok((later.get(name) ?? -1n) >= value, name);
      });
    }),
    { numRuns: 60 },
  );
  const [first] = await read(1, 1, start);
  const [later] = await read(1, 1, start + day);
  assert.ok((later?.cpu?.timeNs ?? 0n) > (first?.cpu?.timeNs ?? 0n));
});

void test('some counters are past what a double holds exactly, and are odd numbers there', async () => {
  const times = (await read(200, 1, start)).map(({ cpu }) => cpu?.timeNs ?? 0n).filter((time) => time > 2n ** 53n);
  assert.ok(times.length > 5);
  assert.ok(times.some((time) => time % 2n === 1n));
});

void test('the population is believable: most run, a few are off or paused, most are Nova’s', async () => {
  const { inventory } = await inventoryOf(500, 1);
  const count = (state: InstanceState): number => inventory.list().filter((one) => one.state === state).length;
  assert.ok(count(InstanceState.RUNNING) > 400);
  assert.ok(count(InstanceState.SHUT_OFF) > 5 && count(InstanceState.PAUSED) > 2);
  const nova = inventory.list().filter((one) => one.nova !== undefined).length;
  assert.ok(nova > 400 && nova < 500);
  assert.ok(inventory.list().every((one) => one.disks.length === 2 && one.vnics.length >= 1 && one.vnics.length <= 2));
  assert.ok(inventory.list().every(({ disks }) => disks.every(({ format }) => format === 'qcow2')));
  const disks = (await read(500, 1, start)).flatMap((one) => one.disks);
  assert.ok(disks.every(({ sourceSizeBytes = 0n, physicalBytes = -1n }) => sourceSizeBytes >= physicalBytes));
});

void test('a stopped instance has no counters of a running one, a paused one stands still', async () => {
  const [now, later] = [await read(500, 1, start), await read(500, 1, start + day)];
  const off = now.filter(({ status }) => status === InspectionStatus.SHUT_OFF);
  assert.ok(
    off.length > 0 && off.every(({ cpu, vnics, vcpus }) => cpu === undefined && vnics.length + vcpus.length === 0),
  );
  now.forEach((statistics, index) => {
    if (statistics.state === InstanceState.PAUSED) assert.deepEqual(statistics.cpu, later[index]?.cpu);
  });
});

void test('only the groups and instances asked for are told', async () => {
  const hypervisor = createSimulatedHypervisor({ instances: 5, seed: 1, now: () => start });
  const [id = ''] = (await read(5, 1, start)).map((one) => one.id);
  const request = { ids: [id, 'unknown'], groups: new Set([StatisticsGroup.CPU, StatisticsGroup.PERF]) };
  const { instances } = await hypervisor.inspect(request, signal);
  assert.equal(instances.length, 1);
  const [one] = instances;
  assert.deepEqual([one?.id, one?.status, one?.memory, one?.disks], [id, InspectionStatus.OK, undefined, []]);
  assert.deepEqual(
    one?.missing.map(({ group, fields }) => [group, fields.length]),
    [
      [StatisticsGroup.CPU, 2],
      [StatisticsGroup.PERF, 0],
    ],
  );
});

void test('an aborted question is refused with the reason', async () => {
  const reason = new Error('no');
  const hypervisor = createSimulatedHypervisor({ instances: 1, seed: 1 });
  await assert.rejects(hypervisor.getHost(AbortSignal.abort(reason)), reason);
  await assert.rejects(hypervisor.inspect({ ids: undefined, groups }, AbortSignal.abort(reason)), reason);
});
