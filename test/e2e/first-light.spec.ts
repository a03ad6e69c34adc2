/** Real guests, a real libvirtd, both services: what is published against what virsh says. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { startLibvirtd, temporaryDirectory } from '@nephometer/test-kit';
import type { Guest, TestLibvirtd } from '@nephometer/test-kit';
import { readSamples } from './samples-file.ts';
import type { WrittenSample } from './samples-file.ts';
import { startApp, startInspector, writeCoordinatorFiles } from './services.ts';

const NOVA = 'http://openstack.org/xmlns/libvirt/nova/1.1';
const USER = 'a1f4684e58bd4c88aefd2ecb0783b497';
const PROJECT = 'd99c829753f64057bc0f2030da309943';

const novaMetadata = `
  <nova:instance xmlns:nova="${NOVA}">
    <nova:package version="32.0.0"/>
    <nova:name>wéb &lt;front&gt; &amp; "db" ☃</nova:name>
    <nova:creationTime>2026-11-01 00:00:01</nova:creationTime>
    <nova:flavor name="m1.tiny" id="42">
      <nova:memory>16</nova:memory><nova:disk>20</nova:disk><nova:swap>0</nova:swap>
      <nova:ephemeral>5</nova:ephemeral><nova:vcpus>2</nova:vcpus>
    </nova:flavor>
    <nova:owner><nova:user uuid="${USER}">demo</nova:user><nova:project uuid="${PROJECT}">demo</nova:project></nova:owner>
    <nova:root type="image" uuid="bdaf114a-35e9-4163-accd-226d5944bf11"/>
  </nova:instance>`;

/** `name=value` lines of virsh. */
function parseStats(text: string): Map<string, number> {
  const pairs = text.split('\n').flatMap((line) => {
    const match = /^\s*(\S+)[= ](-?\d+)$/.exec(line);
    return match ? [[match[1] ?? '', Number(match[2])] as const] : [];
  });
  return new Map(pairs);
}

/** What virsh says about a guest, as a meter for each resource. The guest must not move meanwhile. */
async function expectedVolumes(
  { virsh }: TestLibvirtd,
  { name, uuid, disks, nics }: Guest,
): Promise<Map<string, number>> {
  const stats = parseStats(await virsh('domstats', name));
  const stat = (key: string): number => {
    const value = stats.get(key);
    assert.ok(value !== undefined, `virsh domstats ${name} has no ${key}`);
    return value;
  };
  const expected = new Map<string, number>();
  const cpus = Array.from({ length: stat('vcpu.current') }, (_, index) => index);
  expected.set(
    `cpu ${uuid}`,
    cpus.reduce((sum, cpu) => sum + stat(`vcpu.${cpu}.time`) + stat(`vcpu.${cpu}.wait`), 0),
  );
  expected.set(`vcpus ${uuid}`, stat('vcpu.current'));
  expected.set(`power.state ${uuid}`, stat('state.state'));
  expected.set(`memory ${uuid}`, stat('balloon.current') / 1024);
  for (const { target } of disks) {
    const block = parseStats((await virsh('domblkstat', name, target)).replaceAll(`${target} `, ''));
    const device = (meter: string, value: number | undefined): void => {
      assert.ok(value !== undefined, `virsh domblkstat ${name} ${target} lacks what ${meter} needs`);
      expected.set(`disk.device.${meter} ${uuid}-${target}`, value);
    };
    device('read.requests', block.get('rd_req'));
    device('read.bytes', block.get('rd_bytes'));
    device('read.latency', block.get('rd_total_times'));
    device('write.requests', block.get('wr_req'));
    device('write.bytes', block.get('wr_bytes'));
    device('write.latency', block.get('wr_total_times'));
    const sizes = parseStats((await virsh('domblkinfo', name, target)).replaceAll(/: +/g, '='));
    const [capacity = 0, physical = 0] = [sizes.get('Capacity'), sizes.get('Physical')];
    device('capacity', Math.max(capacity, physical));
    device('allocation', sizes.get('Allocation'));
    device('usage', physical);
  }
  for (const { device = '' } of nics) {
    const counters = parseStats((await virsh('domifstat', name, device)).replaceAll(`${device} `, ''));
    const resource = `${name}-${uuid}-${device}`;
    for (const [direction, prefix] of [
      ['incoming', 'rx'],
      ['outgoing', 'tx'],
    ] as const) {
      for (const [meter, key] of [
        ['bytes', 'bytes'],
        ['packets', 'packets'],
        ['packets.error', 'errs'],
        ['packets.drop', 'drop'],
      ] as const) {
        const value = counters.get(`${prefix}_${key}`);
        assert.ok(value !== undefined, `virsh domifstat ${name} ${device} has no ${prefix}_${key}`);
        expected.set(`network.${direction}.${meter} ${resource}`, value);
      }
      // The first reading of a difference.
      expected.set(`network.${direction}.bytes.delta ${resource}`, 0);
    }
  }
  return expected;
}

const keyOf = ({ name, resource_id }: WrittenSample): string => `${name} ${resource_id}`;

test('one cycle over two QEMU guests publishes what virsh says about them', async () => {
  await using libvirtd = await startLibvirtd({ network: true });
  const nova = await libvirtd.guests.create({
    name: 'instance-0000002a',
    vcpus: 2,
    disks: 2,
    nics: 2,
    diskActivity: { reads: 7, writes: 5 },
    metadataXml: novaMetadata,
  });
  const plain = await libvirtd.guests.create({ name: 'plain', disks: 1, nics: 1 });
  await libvirtd.nics.send(nova.nics[0]?.device ?? '', 11, 200);
  await libvirtd.nics.send(plain.nics[0]?.device ?? '', 3);
  for (const { name } of [nova, plain]) await libvirtd.virsh('suspend', name);

  await using inspector = await startInspector('--listen', '127.0.0.1:0', '--libvirt-uri', libvirtd.uri('qemu'));
  await using directory = await temporaryDirectory();
  const config = await writeCoordinatorFiles(directory.path, { targets: [inspector.target] });
  await using coordinator = await startApp('coordinator', '--config', config, '--once');
  assert.deepEqual(await coordinator.exit, { code: 0, signal: null }, coordinator.lines('stderr').join('\n'));
  assert.deepEqual(coordinator.lines('stdout'), []);

  const samples = await readSamples(directory.path);
  const expected = new Map([
    ...(await expectedVolumes(libvirtd, nova)),
    ...(await expectedVolumes(libvirtd, plain)),
    // Of the flavor, which only one of them has.
    [`disk.root.size ${nova.uuid}`, 15],
    [`disk.ephemeral.size ${nova.uuid}`, 5],
  ]);
  const volumes = new Map(samples.map((sample) => [keyOf(sample), sample.volume]));
  // QEMU's own process is not frozen with its guest: its resident size may still grow a little.
  for (const { uuid } of [nova, plain]) {
    const resident = volumes.get(`memory.resident ${uuid}`) ?? 0;
    assert.ok(resident > 10 && resident < 200, `memory.resident is ${resident} MiB`);
    volumes.delete(`memory.resident ${uuid}`);
  }
  assert.deepEqual([...volumes].sort(), [...expected].sort());
  assert.equal(volumes.get(`network.incoming.packets instance-0000002a-${nova.uuid}-${nova.nics[0]?.device}`), 11);

  assert.equal(new Set(samples.map(({ timestamp }) => timestamp)).size, 1, 'one host, one cycle, one timestamp');
  assert.equal(new Set(samples.map(({ id }) => id)).size, samples.length);
  const cpuOf = (guest: Guest): WrittenSample | undefined =>
    samples.find((sample) => keyOf(sample) === `cpu ${guest.uuid}`);
  assert.equal(cpuOf(nova)?.project_id, PROJECT);
  assert.equal(cpuOf(nova)?.user_id, USER);
  assert.equal(cpuOf(nova)?.resource_metadata['display_name'], 'wéb <front> & "db" ☃');
  assert.equal(cpuOf(nova)?.resource_metadata['root_gb'], 15);
  assert.equal(cpuOf(plain)?.project_id, null);
  assert.equal(cpuOf(plain)?.resource_metadata['display_name'], 'plain');
});
