import assert from 'node:assert/strict';
import { randomUUID } from 'node:crypto';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import { eventually, startLibvirtd } from '@nephometer/test-kit';
import type { TestLibvirtd } from '@nephometer/test-kit';
import { InspectionStatus, InstanceState, InventoryChange, MissingReason } from '@nephometer/inspector-api';
import type { InstanceStatistics } from '@nephometer/inspector-api';
import { serveGuests } from './testing/served-guests.ts';
import type { ServedGuests } from './testing/served-guests.ts';

const { PARTIAL, SHUT_OFF, GONE } = InspectionStatus;

let served: ServedGuests<TestLibvirtd>;
before(async () => {
  // Hosts that guests migrate between need identities of their own.
  served = await serveGuests(await startLibvirtd({ settings: { host_uuid: randomUUID() } }), eventually);
});
after(() => served[Symbol.asyncDispose]());

/** Reads until the guest is in this state. */
const inState = (name: string, state: InstanceState): Promise<InstanceStatistics> =>
  eventually(async () => {
    const statistics = await served.readOne(name);
    assert.equal(statistics.state, state);
    return statistics;
  });

/** A running guest of this test kit: nobody asks its balloon, and nothing else that it can have is missing. */
const isWhole = ({ missing, status }: InstanceStatistics): void => {
  const reasons = missing.map(({ reason }) => reason).filter((reason) => reason !== MissingReason.UNSUPPORTED);
  assert.deepEqual([status, reasons], [PARTIAL, [MissingReason.BALLOON_PERIOD_ZERO]]);
};

test('a guest that is paused is read like a running one', async () => {
  const { libvirtd } = served;
  const { uuid } = await libvirtd.guests.create({ name: 'paused', disks: 1 });
  await libvirtd.virsh('suspend', 'paused');
  const paused = await inState('paused', InstanceState.PAUSED);
  assert.equal(paused.stateReason, 'user');
  isWhole(paused);
  await served.described(uuid, ({ state }) => assert.equal(state, InstanceState.PAUSED));
  await libvirtd.virsh('resume', 'paused');
  isWhole(await inState('paused', InstanceState.RUNNING));
});

test('a guest that panicked and is kept is crashed, with all its statistics, until it is destroyed', async () => {
  const { libvirtd } = served;
  await libvirtd.guests.create({ name: 'panics', disks: 1, ending: 'panic' });
  const crashed = await inState('panics', InstanceState.CRASHED);
  assert.equal(crashed.stateReason, 'panicked');
  assert.ok((crashed.disks[0]?.readRequests ?? 0n) >= 1n);
  isWhole(crashed);
  await libvirtd.guests.destroy('panics');
  assert.equal((await inState('panics', InstanceState.SHUT_OFF)).status, SHUT_OFF);
});

test('a guest that suspended itself is read like a running one', async () => {
  const { libvirtd } = served;
  const { uuid } = await libvirtd.guests.create({ name: 'sleeps', disks: 1, ending: 'suspend' });
  isWhole(await inState('sleeps', InstanceState.PM_SUSPENDED));
  await served.described(uuid, ({ state }) => assert.equal(state, InstanceState.PM_SUSPENDED));
  await libvirtd.guests.destroy('sleeps');
});

test('a guest that is off has its definition and the sizes of its disks, and nothing of the daemon', async () => {
  await served.libvirtd.guests.define({ name: 'off', disks: 1, vcpus: 2, memoryMib: 24, nics: 1 });
  const off = await served.readOne('off');
  assert.deepEqual([off.status, off.state, off.cpu, off.vcpus], [SHUT_OFF, InstanceState.SHUT_OFF, undefined, []]);
  assert.deepEqual([off.vcpuCount, off.memory?.maximumKib], [{ current: 2, maximum: 2 }, 24n * 1024n]);
  assert.deepEqual([off.disks[0]?.capacityBytes, off.disks[0]?.readBytes], [8n << 20n, undefined]);
  assert.ok(off.missing.every(({ since }) => since === undefined));
});

test('guests that come, start, stop and go during readings do no harm to those', async () => {
  const { libvirtd } = served;
  const seen = new Map<string, Set<InspectionStatus>>();
  let isOver = false;
  const reading = (async () => {
    while (!isOver) {
      for (const [name, { status }] of await served.read()) seen.set(name, (seen.get(name) ?? new Set()).add(status));
    }
  })();
  const live = async (name: string): Promise<void> => {
    await libvirtd.guests.create({ name, disks: 1 });
    await eventually(() => assert.ok(seen.get(name)?.has(PARTIAL), `${name} was read while it ran`));
    await libvirtd.guests.destroy(name);
    await eventually(() => assert.ok(seen.get(name)?.has(SHUT_OFF), `${name} was read while it was off`));
    await libvirtd.guests.undefine(name);
  };
  try {
    await Promise.all([live('ephemeral-1'), live('ephemeral-2')]);
  } finally {
    isOver = true;
    await reading;
  }
  await eventually(async () => assert.equal((await served.read()).get('ephemeral-1'), undefined));
});

test('a transient guest that is destroyed is gone, once', async () => {
  const { libvirtd, loop } = served;
  const uuid = randomUUID();
  const file = join(libvirtd.directory, 'transient.xml');
  const os = "<os><type arch='x86_64' machine='pc'>hvm</type></os>";
  await writeFile(
    file,
    `<domain type='qemu'><name>transient</name><uuid>${uuid}</uuid><memory unit='MiB'>16</memory>${os}</domain>`,
  );
  const watching = new AbortController();
  const changes: InventoryChange[] = [];
  const watched = (async () => {
    for await (const { change, instance } of loop.sink.inventory.watch(watching.signal)) {
      if (instance?.id === uuid) changes.push(change);
    }
  })().catch((error: unknown) => assert.equal(error, watching.signal.reason));
  await libvirtd.virsh('create', file);
  isWhole(await inState('transient', InstanceState.RUNNING));
  await served.described(uuid);

  await libvirtd.virsh('destroy', 'transient');
  const statuses: (InspectionStatus | undefined)[] = [];
  await eventually(async () => {
    statuses.push((await served.read()).get('transient')?.status);
    assert.equal(statuses.at(-1), undefined);
  });
  const others = statuses.filter((status) => status !== GONE);
  assert.deepEqual(others, [undefined], `gone until the inventory knows it, then not there: ${statuses.join()}`);
  assert.equal((await served.read([uuid])).get('')?.status, GONE, 'who asks for it by name is told');
  watching.abort();
  await watched;
  assert.deepEqual(
    [changes[0], changes.filter((change) => change === InventoryChange.REMOVED).length],
    [InventoryChange.ADDED, 1],
  );
});

test('a guest that is renamed stays the same instance under its new name', async () => {
  const { libvirtd } = served;
  const { uuid } = await libvirtd.guests.define({ name: 'before', disks: 1 });
  const { revision } = await served.described(uuid);
  await libvirtd.virsh('domrename', 'before', 'after');
  const renamed = await served.described(uuid, ({ name }) => assert.equal(name, 'after'));
  assert.ok(renamed.revision > revision);
  const all = await served.read();
  assert.deepEqual([all.get('after')?.id, all.get('after')?.status, all.get('before')], [uuid, SHUT_OFF, undefined]);
});

test('a guest that migrates is on one host, then on the other, with its statistics and the same id', async () => {
  const { libvirtd: source } = served;
  const settings = { host_uuid: randomUUID() };
  await using target = await serveGuests(await startLibvirtd({ settings }), eventually);
  const { uuid } = await source.guests.create({ name: 'traveller' });
  isWhole(await served.readOne('traveller'));
  let isOver = false;
  // Both hosts are read all the while: each reading checks everybody, the traveller on its way included.
  const reading = Promise.all(
    [served, target].map(async (host) => {
      while (!isOver) await host.read();
    }),
  );
  try {
    const path = `unix://${join(target.libvirtd.directory, 'migration')}`;
    const options = ['--live', '--persistent', '--undefinesource'];
    await source.virsh('migrate', ...options, 'traveller', target.libvirtd.uri('qemu'), path);
  } finally {
    isOver = true;
    await reading;
  }
  const arrived = await target.readOne('traveller');
  assert.deepEqual([arrived.id, arrived.state, arrived.stateReason], [uuid, InstanceState.RUNNING, 'migrated']);
  isWhole(arrived);
  await target.described(uuid, ({ state }) => assert.equal(state, InstanceState.RUNNING));
  await eventually(async () => assert.equal((await served.read()).get('traveller'), undefined));
  assert.equal((await served.read([uuid])).get('')?.status, GONE);
});
