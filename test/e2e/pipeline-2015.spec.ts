/** One pipeline.yaml of 2015, with sources, intervals and transformers, says all. */
import assert from 'node:assert/strict';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { test } from 'node:test';
import { eventually, startLibvirtd, temporaryDirectory } from '@nephometer/test-kit';
import type { Guest, TestLibvirtd } from '@nephometer/test-kit';
import { growthByVirsh, stepsOf } from './counter-steps.ts';
import type { CounterStep } from './counter-steps.ts';
import { pause, rebootAndResume } from './pauses.ts';
import type { Pause, PauseInput } from './pauses.ts';
import { readSamples } from './samples-file.ts';
import type { WrittenSample } from './samples-file.ts';
import { readyLine, startApp, startInspector } from './services.ts';
import { readVirshDevices } from './virsh-counters.ts';

/** The structure of the file that Ceilometer shipped in 2015, with other words for it. */
const pipelineTo = (url: string): string => String.raw`sources:
  - {name: everything, interval: 1, counters: ["*"], sinks: [plain]}
  - {name: cpu, interval: 1, meters: [cpu], sinks: [cpu_rate, cpu_growth]}
  - name: disk
    interval: 1
    meters: [disk.read.requests, disk.read.bytes, disk.write.requests, disk.write.bytes,
      disk.device.read.requests, disk.device.read.bytes, disk.device.write.requests, disk.device.write.bytes]
    sinks: [disk_rates]
  - name: network
    interval: 1
    meters: [network.incoming.packets, network.incoming.bytes, network.outgoing.packets, network.outgoing.bytes]
    sinks: [network_rates]
sinks:
  - {name: plain, transformers: , publishers: ["${url}"]}
  - name: cpu_rate
    transformers:
      - name: rate_of_change
        parameters:
          target: {name: cpu_util, unit: "%", type: gauge, scale: "100.0 / (10**9 * (resource_metadata.cpu_number or 1))"}
    publishers: ["${url}"]
  - name: cpu_growth
    transformers: [{name: delta, parameters: {target: {name: cpu.delta}, growth_only: True}}]
    publishers: ["${url}"]
  - name: disk_rates
    transformers:
      - name: rate_of_change
        parameters:
          source: {map_from: {name: "(disk\\.device|disk)\\.(read|write)\\.(requests|bytes)", unit: "(request|B)"}}
          target: {map_to: {name: "\\1.\\2.\\3.rate", unit: "\\1/s"}, type: gauge}
    publishers: ["${url}"]
  - name: network_rates
    transformers:
      - name: rate_of_change
        parameters:
          source: {map_from: {name: "network\\.(incoming|outgoing)\\.(packets|bytes)", unit: "(packet|B)"}}
          target: {map_to: {name: "network.\\1.\\2.rate", unit: "\\1/s"}, type: gauge}
    publishers: ["${url}"]
`;

/** What the pipeline makes: [meter, its counter, unit and type]. */
const derived: readonly (readonly [string, string, string])[] = [
  ['cpu_util', 'cpu', '% gauge'],
  ['cpu.delta', 'cpu', 'ns delta'],
  ...['disk.read', 'disk.write', 'disk.device.read', 'disk.device.write'].flatMap((of) => [
    [`${of}.bytes.rate`, `${of}.bytes`, 'B/s gauge'] as const,
    [`${of}.requests.rate`, `${of}.requests`, 'request/s gauge'] as const,
  ]),
  ...['network.incoming', 'network.outgoing'].flatMap((of) => [
    [`${of}.bytes.rate`, `${of}.bytes`, 'B/s gauge'] as const,
    [`${of}.packets.rate`, `${of}.packets`, 'packet/s gauge'] as const,
  ]),
];

/** Two guests that use a disk and get frames, each in numbers of its own, and one that sends frames. */
async function createGuests({ guests }: TestLibvirtd): Promise<readonly [Guest, Guest, Guest]> {
  const [often, seldom] = [
    { reads: 400, writes: 150 },
    { reads: 90, writes: 260 },
  ];
  return [
    await guests.create({ name: 'guest-1', vcpus: 2, disks: 2, nics: 2, diskActivity: often }),
    await guests.create({ name: 'guest-11', disks: 1, nics: 1, diskActivity: seldom }),
    await guests.create({ name: 'guest-2', nics: 1, boot: 'network' }),
  ];
}

/** Lets suspended guests go on until virsh shows that each has done what it does. */
async function letWork(input: PauseInput, [first, second, sender]: readonly [Guest, Guest, Guest]): Promise<void> {
  const { libvirtd, guests } = input;
  const frames = [
    { guest: first, nic: first.nics[0], count: 300, bytes: 200 },
    { guest: first, nic: first.nics[1], count: 20, bytes: 1514 },
    { guest: second, nic: second.nics[0], count: 120, bytes: 100 },
  ].map(({ guest, nic, ...sent }) => ({ device: nic?.device ?? '', key: `${guest.name}-${guest.uuid}`, ...sent }));
  const moving = [
    ...[first, second].flatMap(({ uuid }) => [`disk.read.bytes ${uuid}`, `disk.write.bytes ${uuid}`]),
    `network.outgoing.packets ${sender.name}-${sender.uuid}-${sender.nics[0]?.device}`,
  ];

  const before = await readVirshDevices(libvirtd, guests);
  await rebootAndResume(input);
  for (const { device, count, bytes } of frames) await libvirtd.nics.send(device, count, bytes);
  await eventually(async () => {
    const now = await readVirshDevices(libvirtd, guests);
    const grownBy = (key: string): number => (now.get(key) ?? 0) - (before.get(key) ?? 0);
    for (const key of moving) assert.ok(grownBy(key) > 0, `${key} stands still`);
    for (const { key, device, count } of frames) {
      assert.equal(grownBy(`network.incoming.packets ${key}-${device}`), count, device);
    }
  });
}

/** Steps from one pause to another, of each counter of each resource. */
const LEAST_ACROSS = 2;
/** More than needed: a reading that was under way when the coordinator was stopped may fall between two pauses. */
const MOST_PAUSES = 8;

const isAcross = ({ from, to }: CounterStep): boolean => from !== undefined && to !== undefined && from !== to;

function hasEnough(samples: readonly WrittenSample[], pauses: readonly Pause[]): boolean {
  const times = new Map([...(pauses[0]?.before.keys() ?? [])].map((key) => [key, 0]));
  for (const counter of new Set(derived.map(([, name]) => name))) {
    for (const { later } of stepsOf(counter, samples, pauses).filter(isAcross)) {
      const key = `${counter} ${later.resource_id}`;
      times.set(key, (times.get(key) ?? 0) + 1);
    }
  }
  return [...times.values()].every((count) => count >= LEAST_ACROSS);
}

/** The volume that a meter must have after a step, from the numbers of virsh. */
function byHand(meter: string, step: CounterStep, vcpus: ReadonlyMap<string, number>): number {
  const { growth, seconds } = growthByVirsh(step);
  if (meter === 'cpu.delta') return growth;
  if (meter !== 'cpu_util') return growth / seconds;
  return (100 * growth) / (1e9 * seconds * (vcpus.get(step.later.resource_id) ?? Number.NaN));
}

/** Compares all that was made of a counter; gives the volumes from one pause to another, by hand. */
function compare(
  [meter, counter, unitAndType]: readonly [string, string, string],
  samples: readonly WrittenSample[],
  pauses: readonly Pause[],
  vcpus: ReadonlyMap<string, number>,
): number[] {
  const key = ({ resource_id: id, timestamp }: WrittenSample): string => `${id} at ${timestamp}`;
  const all = samples.filter(({ name }) => name === meter);
  const steps = stepsOf(counter, samples, pauses);
  assert.deepEqual(all.map(key).sort(), steps.map(({ later }) => key(later)).sort(), `${meter}: one for each step`);
  const made = new Map(all.map((sample) => [key(sample), sample]));
  const across: number[] = [];
  for (const step of steps) {
    if (step.from === undefined || step.to === undefined) continue;
    const sample = made.get(key(step.later));
    assert.ok(sample !== undefined);
    assert.equal(`${sample.unit} ${sample.type}`, unitAndType, meter);
    const expected = byHand(meter, step, vcpus);
    const isSame = Math.abs(sample.volume - expected) <= 1e-12 * expected;
    assert.ok(isSame, `${meter} of ${key(sample)}: ${sample.volume}, by hand ${expected}`);
    if (isAcross(step)) across.push(expected);
  }
  return across;
}

test('rates and deltas of several guests are those made by hand from what virsh shows', async () => {
  await using libvirtd = await startLibvirtd({ network: true });
  await using directory = await temporaryDirectory();
  const guests = await createGuests(libvirtd);
  await using inspector = await startInspector('--listen', '127.0.0.1:0', '--libvirt-uri', libvirtd.uri('qemu'));
  const url = `file://${join(directory.path, 'samples.jsonl')}?json`;
  await writeFile(join(directory.path, 'pipeline.yaml'), pipelineTo(url));
  const config = join(directory.path, 'coordinator.yaml');
  const targets = JSON.stringify([inspector.target]);
  await writeFile(config, `pipeline_file: pipeline.yaml\ncompat: 2015\ninspectors: [{targets: ${targets}}]\n`);
  await using coordinator = await startApp('coordinator', '--config', config);
  await readyLine(coordinator);
  coordinator.kill('SIGSTOP');

  const input: PauseInput = { libvirtd, guests, coordinator, directory: directory.path };
  const pauses: Pause[] = [await pause(input)];
  while (!hasEnough(await readSamples(directory.path), pauses)) {
    assert.ok(pauses.length < MOST_PAUSES, 'in so many pauses there are readings that follow each other');
    await letWork(input, guests);
    pauses.push(await pause(input));
  }
  const vcpus = new Map<string, number>();
  for (const { name, uuid } of guests) {
    vcpus.set(uuid, Number(await libvirtd.virsh('vcpucount', name, '--live', '--active')));
  }
  coordinator.kill('SIGCONT');
  coordinator.kill('SIGTERM');
  assert.deepEqual(await coordinator.exit, { code: 0, signal: null });

  const samples = await readSamples(directory.path);
  for (const row of derived) {
    const across = compare(row, samples, pauses, vcpus);
    assert.ok(across.filter((volume) => volume > 0).length >= LEAST_ACROSS, `${row[0]} has moved`);
  }
  const plain = new Map(samples.map(({ name, unit, type }) => [name, `${unit} ${type}`]));
  assert.deepEqual([plain.get('memory.resident'), plain.get('instance')], ['MB gauge', 'instance gauge']);
});
