import assert from 'node:assert/strict';
import { test } from 'node:test';
import { eventually, startLibvirtd } from '@nephometer/test-kit';
import type { TestLibvirtd } from '@nephometer/test-kit';
import { InspectionStatus, InstanceState, MissingReason, StatisticsGroup } from '@nephometer/inspector-api';
import type { InspectInstancesResponse, InstanceStatistics } from '@nephometer/inspector-api';
import { createAvailability } from '../availability.ts';
import { createInventory } from '../inventory.ts';
import { InspectorError } from '../inspector-error.ts';
import { call, failure, startLoopback } from '../testing/loopback.ts';
import type { Loopback } from '../testing/loopback.ts';
import { collectingLogger } from '../testing/quiet-logger.ts';
import { createLibvirtHypervisor } from './libvirt-hypervisor.ts';

const everything = { ids: [], groups: [], maxAge: undefined };
const inspect = ({ client }: Loopback, ids: string[] = []): Promise<InspectInstancesResponse> =>
  call(client, 'inspectInstances', { ...everything, ids });

interface Served {
  readonly loop: Loopback;
  readonly calls: string[];
  readonly messages: () => readonly string[];
}

/** The driver on a daemon, served. */
async function serve(libvirtd: TestLibvirtd, driver: 'test' | 'qemu'): Promise<Served> {
  const calls: string[] = [];
  const { logger, messages } = collectingLogger();
  const onCall = (procedure: string): void => void calls.push(procedure);
  const loop = await startLoopback(createLibvirtHypervisor({ uri: libvirtd.uri(driver), logger, onCall }));
  await available(loop, true);
  return { loop, calls, messages };
}

const available = (loop: Loopback, expected: boolean): Promise<void> =>
  eventually(() => assert.equal(loop.sink.availability.current.available, expected));

const byName = (answer: InspectInstancesResponse, name: string): InstanceStatistics => {
  const found = answer.instances.find((instance) => instance.name === name);
  assert.ok(found !== undefined, `${name} is in the answer`);
  return found;
};

/** Why anything is missing, apart from one reason. */
const reasonsBut = ({ missing }: InstanceStatistics, but: MissingReason): MissingReason[] =>
  missing.map(({ reason }) => reason).filter((reason) => reason !== but);

void test('the test driver is read call by call, and what it cannot tell is said', async () => {
  await using libvirtd = await startLibvirtd();
  const { loop } = await serve(libvirtd, 'test');
  await using _ = loop;
  const { host } = await call(loop.client, 'getHost', {});
  assert.deepEqual(
    [host?.hypervisorType, host?.cpus, host?.numaCells.length, host?.daemon],
    ['TEST', 16, 2, 'libvirtd'],
  );
  assert.match(host?.libvirtVersion ?? '', /^\d+\.\d+\.\d+$/);
  const statistics = byName(await inspect(loop), 'test');
  assert.equal(statistics.state, InstanceState.RUNNING);
  assert.ok((statistics.cpu?.timeNs ?? 0n) > 10n ** 18n);
  assert.deepEqual([statistics.vcpuCount?.current, statistics.vcpus.length], [2, 2]);
  assert.equal(statistics.memory?.currentKib, 2097152n);
  assert.ok(statistics.memory?.usableKib !== undefined);
  assert.deepEqual(reasonsBut(statistics, MissingReason.UNSUPPORTED), []);
  assert.equal(statistics.status, InspectionStatus.OK);
  const [only] = (await inspect(loop, [statistics.id])).instances;
  assert.equal(only?.status, InspectionStatus.OK);
});

void test('a few guests of QEMU are read with a list and one call', async () => {
  await using libvirtd = await startLibvirtd();
  const nova = "<n:instance xmlns:n='http://openstack.org/xmlns/libvirt/nova/1.1'><n:name>grün</n:name></n:instance>";
  const running = await libvirtd.guests.create({
    name: 'running',
    disks: 2,
    vcpus: 2,
    iothreads: 1,
    metadataXml: nova,
  });
  await libvirtd.guests.define({ name: 'off', disks: 1 });
  await libvirtd.guests.create({ name: 'bare', balloon: 'none' });
  // The first statistics of a guest that has just started may take long; virsh waits for them.
  await libvirtd.virsh('domstats');
  const { loop, calls } = await serve(libvirtd, 'qemu');
  await using _ = loop;
  const { instance } = await call(loop.client, 'getInstance', { id: running.uuid });
  assert.deepEqual([instance?.nova?.name, instance?.disks.map(({ device }) => device)], ['grün', ['vda', 'vdb']]);

  calls.length = 0;
  const answer = await inspect(loop);
  assert.deepEqual(calls, ['list-all-domains', 'get-all-domain-stats']);
  const full = byName(answer, 'running');
  assert.equal(full.status, InspectionStatus.PARTIAL);
  assert.deepEqual(reasonsBut(full, MissingReason.UNSUPPORTED), [MissingReason.BALLOON_PERIOD_ZERO]);
  assert.deepEqual(
    full.disks.map(({ device }) => device),
    ['vda', 'vdb'],
  );
  assert.ok(full.disks[0]?.readBytes !== undefined && full.disks[0].capacityBytes === 8388608n);
  assert.equal(full.vcpus.length, 2);
  assert.equal(full.iothreads.length, 1);
  assert.ok((full.memory?.residentKib ?? 0n) > 0n && (full.cpu?.timeNs ?? 0n) > 0n);
  const off = byName(answer, 'off');
  assert.deepEqual([off.status, off.state, off.cpu], [InspectionStatus.SHUT_OFF, InstanceState.SHUT_OFF, undefined]);
  assert.equal(off.disks[0]?.capacityBytes, 8388608n);
  assert.deepEqual(reasonsBut(byName(answer, 'bare'), MissingReason.UNSUPPORTED), [MissingReason.BALLOON_OFF]);

  const groups = [StatisticsGroup.VCPU];
  const few = await call(loop.client, 'inspectInstances', { ...everything, ids: [running.uuid], groups });
  assert.deepEqual(
    few.instances.map(({ name, status, memory }) => [name, status, memory]),
    [['running', InspectionStatus.OK, undefined]],
  );
});

void test('the inventory follows what happens to guests without being asked', async () => {
  await using libvirtd = await startLibvirtd();
  const { loop } = await serve(libvirtd, 'qemu');
  await using _ = loop;
  const { inventory } = loop.sink;
  const guest = await libvirtd.guests.define({ name: 'guest' });
  const state = (expected: InstanceState | undefined): Promise<void> =>
    eventually(() => assert.equal(inventory.get(guest.uuid)?.state, expected));
  await state(InstanceState.SHUT_OFF);
  await libvirtd.guests.start('guest');
  await state(InstanceState.RUNNING);
  await libvirtd.virsh('suspend', 'guest');
  await state(InstanceState.PAUSED);
  await libvirtd.virsh('resume', 'guest');
  await state(InstanceState.RUNNING);
  const xml = '<instance><name>late</name></instance>';
  const uri = 'http://openstack.org/xmlns/libvirt/nova/1.1';
  await libvirtd.virsh('metadata', 'guest', '--live', '--uri', uri, '--key', 'nova', '--set', xml);
  await eventually(() => assert.equal(inventory.get(guest.uuid)?.nova?.name, 'late'));
  const before = inventory.revision;
  await libvirtd.guests.destroy('guest');
  await state(InstanceState.SHUT_OFF);
  await libvirtd.guests.undefine('guest');
  await state(undefined);
  assert.ok(inventory.revision > before);
  const [gone] = (await inspect(loop, [guest.uuid])).instances;
  assert.equal(gone?.status, InspectionStatus.GONE);
});

void test('when libvirtd goes the service says so, and it is complete again soon after its return', async () => {
  await using libvirtd = await startLibvirtd();
  const guest = await libvirtd.guests.create({ name: 'guest', disks: 1 });
  const { loop, messages } = await serve(libvirtd, 'qemu');
  await using _ = loop;
  const { revision } = loop.sink.inventory;
  await libvirtd.kill('SIGKILL');
  await available(loop, false);
  assert.equal((await failure(inspect(loop))).code, 'UNAVAILABLE');
  await libvirtd.restart();
  await available(loop, true);
  const statistics = byName(await inspect(loop), 'guest');
  assert.equal(statistics.id, guest.uuid);
  assert.ok(statistics.disks[0]?.readBytes !== undefined);
  // libvirtd writes nothing new into a definition it finds again, so nothing has changed.
  assert.ok(loop.sink.inventory.revision >= revision);
  const told = messages();
  assert.equal(told.filter((message) => message.startsWith('libvirt is not available')).length, 1);
  assert.equal(told.filter((message) => message === 'libvirt is available').length, 2);
});

void test('the service starts without libvirtd and says once that it is not there', async () => {
  await using libvirtd = await startLibvirtd();
  await libvirtd.kill('SIGTERM');
  const { logger, messages } = collectingLogger();
  await using loop = await startLoopback(createLibvirtHypervisor({ uri: libvirtd.uri('qemu'), logger }));
  await eventually(() => assert.equal(messages().length, 1));
  assert.equal((await failure(inspect(loop))).code, 'UNAVAILABLE');
  await libvirtd.restart();
  await available(loop, true);
  assert.deepEqual((await inspect(loop)).instances, []);
});

void test('a guest that hangs is told at once with what it does not answer, and is whole again when it does', async () => {
  await using libvirtd = await startLibvirtd();
  await libvirtd.guests.create({ name: 'hung', disks: 1 });
  await libvirtd.guests.create({ name: 'well', disks: 1 });
  await libvirtd.virsh('domstats');
  const { loop, messages } = await serve(libvirtd, 'qemu');
  await using _ = loop;
  const hangs = async (): Promise<boolean> => {
    const answer = await inspect(loop);
    assert.deepEqual(reasonsBut(byName(answer, 'well'), MissingReason.UNSUPPORTED), [
      MissingReason.BALLOON_PERIOD_ZERO,
    ]);
    const hung = byName(answer, 'hung');
    assert.ok(hung.cpu?.timeNs !== undefined && hung.state === InstanceState.RUNNING);
    const reasons = hung.missing.filter(({ reason }) => reason === MissingReason.MONITOR_HUNG);
    return reasons.some(({ group, since }) => group === StatisticsGroup.DISK && since !== undefined);
  };
  assert.equal(await hangs(), false);
  const pid = await libvirtd.guests.pid('hung');
  process.kill(pid, 'SIGSTOP');
  try {
    for (let reading = 0; reading < 3; reading++) assert.equal(await hangs(), true);
    const { host } = await call(loop.client, 'getHost', {});
    assert.equal(host?.hangProtection?.stuckCalls, 1);
  } finally {
    process.kill(pid, 'SIGCONT');
  }
  await eventually(async () => assert.equal(await hangs(), false));
  const said = ['guest does not answer its monitor', 'guest answers its monitor again'];
  assert.deepEqual(
    messages().filter((message) => said.includes(message)),
    said,
  );
});

void test('an address that can never work is refused at once', async () => {
  const { logger } = collectingLogger();
  for (const uri of ['qemu+ssh://host/system', 'foo:///', 'nonsense']) {
    const hypervisor = createLibvirtHypervisor({ uri, logger });
    const sink = { inventory: createInventory(), availability: createAvailability() };
    const running = hypervisor.run(sink, new AbortController().signal);
    await assert.rejects(running, (error) => error instanceof InspectorError && error.code === 'unsupported-uri');
  }
});
