import assert from 'node:assert/strict';
import { chmod, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import { eventually, runCommand, startLibvirtd, startProcess } from '@nephometer/test-kit';
import type { TestLibvirtd } from '@nephometer/test-kit';
import { InspectionStatus, MissingReason, StatisticsGroup } from '@nephometer/inspector-api';
import type { InstanceStatistics } from '@nephometer/inspector-api';
import { serveGuests } from './testing/served-guests.ts';
import type { ServedGuests } from './testing/served-guests.ts';
import { startVhostUserCard } from './testing/vhost-user-card.ts';

const { DISK, VCPU, VNIC } = StatisticsGroup;
const { UNSUPPORTED, NOT_RUNNING } = MissingReason;

let served: ServedGuests<TestLibvirtd>;
before(async () => {
  // Cards with counters need a network namespace, which needs root; without they are user mode cards, which have none.
  served = await serveGuests(await startLibvirtd({ network: process.getuid?.() === 0 }), eventually);
});
after(() => served[Symbol.asyncDispose]());

/** Reasons and fields of what is missing of one group. */
const missing = (statistics: InstanceStatistics, group: StatisticsGroup): unknown[] =>
  statistics.missing.filter((entry) => entry.group === group).map(({ reason, fields }) => [reason, fields]);
const notOnQemu = ['errors', 'threshold_bytes'];
const file = (name: string): string => join(served.libvirtd.directory, name);
const sharedMemory = "<memoryBacking><source type='memfd'/><access mode='shared'/></memoryBacking>";

test('a guest with several disks and cards has the statistics of each under its own name', async () => {
  const { libvirtd } = served;
  const guest = await libvirtd.guests.create({
    name: 'many',
    disks: [{}, { bus: 'ide', sizeMib: 2 }, { bus: 'scsi', sizeMib: 3 }, { sizeMib: 4 }],
    nics: 3,
    diskActivity: { reads: 5, writes: 7 },
  });
  const devices = guest.nics.flatMap(({ device }) => device ?? []);
  for (const [index, device] of devices.entries()) await libvirtd.nics.send(device, 10 * (index + 1));
  const sizes = { vda: 8, hda: 2, sda: 3, vdb: 4 };
  await eventually(async () => {
    const many = await served.readOne('many');
    assert.deepEqual(
      Object.fromEntries(many.disks.map(({ device, capacityBytes }) => [device, Number(capacityBytes) / 2 ** 20])),
      sizes,
    );
    assert.deepEqual(
      many.disks.map(({ device, writeRequests }) => [device, writeRequests]).filter(([, count]) => count !== 0n),
      [['vda', 7n]],
    );
    assert.deepEqual(
      many.vnics.map(({ device, receivePackets }) => [device, receivePackets]),
      devices.map((device, index) => [device, BigInt(10 * (index + 1))]),
    );
    assert.deepEqual(missing(many, DISK), [[UNSUPPORTED, notOnQemu]]);
    assert.deepEqual(missing(many, VNIC), devices.length === 0 ? [[UNSUPPORTED, []]] : []);
  });
  const instance = await served.described(guest.uuid);
  assert.deepEqual(new Set(instance.disks.map(({ device }) => device)), new Set(Object.keys(sizes)));
  assert.deepEqual(
    instance.vnics.map(({ mac }) => mac),
    guest.nics.map(({ mac }) => mac),
  );
});

test('a guest without a disk, a card or a balloon misses none of them', async () => {
  await served.libvirtd.guests.create({ name: 'bare', balloon: 'none' });
  const bare = await served.readOne('bare');
  assert.deepEqual([bare.disks, bare.vnics, bare.iothreads], [[], [], []]);
  assert.deepEqual([missing(bare, DISK), missing(bare, VNIC)], [[], []]);
  const reasons = new Set(bare.missing.map(({ reason }) => reason));
  assert.deepEqual(reasons, new Set([UNSUPPORTED, MissingReason.BALLOON_OFF]));
});

test('a drive is empty or has a medium, and both are told', async () => {
  const { libvirtd } = served;
  await runCommand('qemu-img', ['create', '-q', '-f', 'raw', file('medium.iso'), '1M']);
  await chmod(file('medium.iso'), 0o666);
  const drive = (target: string, source: string): string =>
    `<disk type='file' device='cdrom'><driver name='qemu' type='raw'/>${source}<target dev='${target}' bus='sata'/><readonly/></disk>`;
  const guest = await libvirtd.guests.create({
    name: 'drives',
    devicesXml: drive('sda', '') + drive('sdb', `<source file='${file('medium.iso')}'/>`),
  });
  const { disks } = await served.described(guest.uuid);
  assert.deepEqual(
    disks.map(({ device, kind, source, readOnly }) => [device, kind, source, readOnly]),
    [
      ['sda', 'cdrom', undefined, true],
      ['sdb', 'cdrom', file('medium.iso'), true],
    ],
  );
  const drives = await served.readOne('drives');
  const [empty, full] = drives.disks;
  assert.deepEqual([empty?.device, empty?.path, empty?.capacityBytes], ['sda', undefined, undefined]);
  assert.ok(empty?.readRequests !== undefined);
  assert.deepEqual([full?.device, full?.path, full?.capacityBytes], ['sdb', file('medium.iso'), 2n ** 20n]);
  const ofTheEmpty = [
    'path',
    'backing_index',
    'allocation_bytes',
    'capacity_bytes',
    'physical_bytes',
    'source_size_bytes',
  ];
  assert.deepEqual(missing(drives, DISK), [[UNSUPPORTED, [...notOnQemu, ...ofTheEmpty.map((name) => `sda.${name}`)]]]);
});

test('a network disk has counts and sizes but no path, and one that stays off has neither', async () => {
  const { libvirtd } = served;
  await runCommand('qemu-img', ['create', '-q', '-f', 'raw', file('nbd.img'), '4M']);
  await using server = await startProcess('qemu-nbd', [
    '-f',
    'raw',
    '-k',
    file('nbd'),
    '-t',
    '-x',
    'vol',
    file('nbd.img'),
  ]);
  await eventually(() => chmod(file('nbd'), 0o777));
  const disk = (source: string): string =>
    `<disk type='network'><driver name='qemu' type='raw'/>${source}<target dev='vda' bus='virtio'/></disk>`;
  const nbd = `<source protocol='nbd' name='vol'><host transport='unix' socket='${file('nbd')}'/></source>`;
  const rbd = "<source protocol='rbd' name='pool/image'><host name='mon.example.org' port='6789'/></source>";
  const running = await libvirtd.guests.create({ name: 'nbd', devicesXml: disk(nbd) });
  const stopped = await libvirtd.guests.define({ name: 'rbd', devicesXml: disk(rbd) });
  assert.equal((await served.described(running.uuid)).disks[0]?.source, 'nbd:vol');
  assert.equal((await served.described(stopped.uuid)).disks[0]?.source, 'rbd:pool/image');
  const nbdNow = await served.readOne('nbd');
  assert.deepEqual([nbdNow.disks[0]?.capacityBytes, nbdNow.disks[0]?.path], [2n ** 22n, undefined]);
  assert.deepEqual(missing(nbdNow, DISK), [[UNSUPPORTED, ['path', ...notOnQemu, 'source_size_bytes']]]);
  const rbdNow = await served.readOne('rbd');
  assert.deepEqual([rbdNow.status, rbdNow.disks.map(({ device }) => device)], [InspectionStatus.SHUT_OFF, ['vda']]);
  assert.deepEqual(
    missing(rbdNow, DISK).map((entry) => (entry as unknown[])[0]),
    [NOT_RUNNING, UNSUPPORTED],
  );
  await libvirtd.guests.destroy('nbd');
  server.kill();
});

test('a card that is passed through or served by another program has no counters, on or off', async () => {
  const { libvirtd } = served;
  const address = "<address type='pci' domain='0' bus='0' slot='7' function='0'/>";
  const passed = `<interface type='hostdev' managed='yes'><mac address='52:54:00:aa:00:01'/><source>${address}</source></interface>`;
  const guest = await libvirtd.guests.define({ name: 'hostdev', devicesXml: passed });
  assert.deepEqual(
    (await served.described(guest.uuid)).vnics.map(({ kind, device }) => [kind, device]),
    [['hostdev', undefined]],
  );
  assert.deepEqual(missing(await served.readOne('hostdev'), VNIC), [[NOT_RUNNING, []]]);

  await using card = await startVhostUserCard(file('card'));
  await chmod(card.path, 0o777);
  const xml = (mac: string, target: string): string =>
    `<interface type='vhostuser'><mac address='52:54:00:aa:00:${mac}'/><source type='unix' path='${card.path}' mode='client'/>${target}<model type='virtio'/></interface>`;
  const devicesXml = xml('02', "<target dev='vhu0'/>") + xml('03', '');
  await libvirtd.guests.create({ name: 'vhost-card', xml: sharedMemory, devicesXml });
  const running = await served.readOne('vhost-card');
  assert.deepEqual(
    running.vnics.map(({ index, device }) => [index, device]),
    [[0, 'vhu0']],
  );
  assert.deepEqual(missing(running, VNIC), [[UNSUPPORTED, []]]);
  await libvirtd.guests.destroy('vhost-card');
});

test('a disk that another program serves has no counts, which is no held job', async () => {
  const { libvirtd } = served;
  const image = 'driver=null-co,node-name=n0,size=4194304,read-zeroes=on';
  const export_ = `type=vhost-user-blk,id=e0,addr.type=unix,addr.path=${file('blk')},node-name=n0,writable=on`;
  await using daemon = await startProcess('qemu-storage-daemon', ['--blockdev', image, '--export', export_]);
  await eventually(() => chmod(file('blk'), 0o777));
  const devicesXml = `<disk type='vhostuser'><driver name='qemu' type='raw'/><source type='unix' path='${file('blk')}'/><target dev='vdx' bus='virtio'/></disk>`;
  const guest = await libvirtd.guests.create({ name: 'vhost-disk', xml: sharedMemory, devicesXml });
  const { disks } = await served.described(guest.uuid);
  assert.deepEqual([disks[0]?.sourceType, disks[0]?.source], ['vhostuser', file('blk')]);
  const running = await served.readOne('vhost-disk');
  assert.deepEqual(
    running.disks.map(({ index, device }) => [index, device]),
    [[0, 'vdx']],
  );
  assert.deepEqual(missing(running, DISK), [[UNSUPPORTED, []]]);
  await libvirtd.guests.destroy('vhost-disk');
  daemon.kill();
});

test('virtual CPUs with a hole between them keep their numbers', async () => {
  const { libvirtd } = served;
  const vcpu = (id: number, enabled: 'yes' | 'no'): string =>
    `<vcpu id='${id}' enabled='${enabled}' hotpluggable='${id === 0 ? 'no' : 'yes'}'/>`;
  const vcpus = `<vcpus>${vcpu(0, 'yes')}${vcpu(1, 'no')}${vcpu(2, 'yes')}${vcpu(3, 'no')}</vcpus>`;
  const guest = await libvirtd.guests.define({ name: 'holes', vcpus: 4, xml: vcpus });
  await libvirtd.virsh('setvcpu', 'holes', '1', '--disable', '--config');
  await libvirtd.guests.start('holes');
  const instance = await served.described(guest.uuid);
  assert.deepEqual([instance.vcpusCurrent, instance.vcpusMaximum], [2, 4]);
  const holes = await served.readOne('holes');
  assert.deepEqual(holes.vcpuCount, { current: 2, maximum: 4 });
  assert.deepEqual(
    holes.vcpus.map(({ number, timeNs }) => [number, timeNs !== undefined]),
    [
      [0, true],
      [2, true],
    ],
  );
  assert.deepEqual(missing(holes, VCPU), [[UNSUPPORTED, ['halted']]]);
  await libvirtd.virsh('setvcpu', 'holes', '3', '--enable', '--live');
  assert.deepEqual(
    (await served.readOne('holes')).vcpus.map(({ number }) => number),
    [0, 2, 3],
  );
});

test('devices come and go between readings without taking the counters of others along', async () => {
  const { libvirtd } = served;
  const guest = await libvirtd.guests.create({
    name: 'plug',
    disks: 2,
    nics: 1,
    xml: '<features><acpi/></features>',
    diskActivity: { reads: 1, writes: 9 },
  });
  // A guest that is off lends its image and its card.
  const donor = await libvirtd.guests.define({ name: 'donor', disks: [{ sizeMib: 3 }], nics: 1 });
  const devices = (statistics: InstanceStatistics): string[] => [
    ...statistics.disks.map(({ device }) => device),
    ...statistics.vnics.map(({ device }) => device),
  ];
  const [own, lent] = [guest, donor].map(({ nics }) => nics.flatMap(({ device }) => device ?? []));
  const first = await eventually(async () => {
    const statistics = await served.readOne('plug');
    assert.equal(statistics.disks[0]?.writeRequests, 9n);
    return statistics;
  });
  assert.deepEqual(devices(first), ['vda', 'vdb', ...(own ?? [])]);

  await libvirtd.virsh('attach-disk', 'plug', donor.disks[0]?.path ?? '', 'vdz', '--subdriver', 'qcow2', '--live');
  const [target] = lent ?? [];
  const kind = target === undefined ? "type='user'" : "type='ethernet'";
  const dev = target === undefined ? '' : `<target dev='${target}' managed='no'/>`;
  await writeFile(
    file('card.xml'),
    `<interface ${kind}><mac address='52:54:00:aa:00:09'/>${dev}<model type='rtl8139'/></interface>`,
  );
  await libvirtd.virsh('attach-device', 'plug', file('card.xml'), '--live');
  if (target !== undefined) await libvirtd.nics.send(target, 33);
  const plugged = await eventually(async () => {
    const statistics = await served.readOne('plug');
    if (target !== undefined) assert.equal(statistics.vnics[1]?.receivePackets, 33n);
    return statistics;
  });
  assert.deepEqual(devices(plugged), ['vda', 'vdb', 'vdz', ...(own ?? []), ...(lent ?? [])]);
  const [vda, vdb, vdz] = plugged.disks;
  assert.deepEqual(
    [vda?.writeRequests, vdb?.writeRequests, vdz?.writeRequests, vdz?.capacityBytes],
    [9n, 0n, 0n, 3n << 20n],
  );
  if (target !== undefined) assert.equal(plugged.vnics[0]?.receivePackets, 0n);
  await served.described(guest.uuid, ({ disks, vnics }) => assert.deepEqual([disks.length, vnics.length], [3, 2]));

  // Without an operating system a guest gives a device back when it is reset.
  await libvirtd.virsh('detach-disk', 'plug', 'vdb', '--live');
  await libvirtd.virsh('reset', 'plug');
  const unplugged = await eventually(async () => {
    const statistics = await served.readOne('plug');
    assert.deepEqual(devices(statistics), ['vda', 'vdz', ...(own ?? []), ...(lent ?? [])]);
    return statistics;
  });
  assert.ok((unplugged.disks[0]?.writeRequests ?? 0n) >= 9n);
  assert.deepEqual([unplugged.disks[1]?.writeRequests, unplugged.disks[1]?.capacityBytes], [0n, 3n << 20n]);
  await served.described(guest.uuid, ({ disks }) => {
    assert.deepEqual(
      disks.map(({ device }) => device),
      ['vda', 'vdz'],
    );
  });
});
