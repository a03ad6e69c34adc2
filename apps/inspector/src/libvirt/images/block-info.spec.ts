import assert from 'node:assert/strict';
import { chmod, truncate } from 'node:fs/promises';
import { basename, join } from 'node:path';
import { after, before, test } from 'node:test';
import { eventually, runCommand, startLibvirtd, startProcess } from '@nephometer/test-kit';
import type { TestLibvirtd, TestProcess } from '@nephometer/test-kit';
import { InspectionStatus } from '@nephometer/inspector-api';
import type { Disk, DiskStatistics, Instance } from '@nephometer/inspector-api';
import { serveGuests } from '../testing/served-guests.ts';
import type { ServedGuests } from '../testing/served-guests.ts';

let served: ServedGuests<TestLibvirtd>;
let nbd: TestProcess;
let guest: Instance;

const file = (name: string): string => join(served.libvirtd.directory, name);

/** The images by name; each is a disk of the guest. */
const images: readonly (readonly [name: string, format: string, options: readonly string[]])[] = [
  ['raw-sparse', 'raw', []],
  ['raw-begun', 'raw', []],
  ['raw-full', 'raw', ['-o', 'preallocation=full']],
  ['raw-untouched', 'raw', ['-o', 'preallocation=full']],
  ['raw-odd', 'raw', []],
  ['qcow2-sparse', 'qcow2', []],
  ['qcow2-full', 'qcow2', ['-o', 'preallocation=full']],
  ['qcow2-metadata', 'qcow2', ['-o', 'preallocation=metadata']],
  ['vdi', 'vdi', []],
  ['vmdk', 'vmdk', []],
];
/** What is written to them while the guest runs. */
const writes: Readonly<Record<string, string>> = {
  'raw-sparse': 'write 1M 192k',
  'raw-begun': 'write 0 64k',
  'raw-full': 'write 1M 192k',
  'qcow2-sparse': 'write 1M 192k',
  'qcow2-full': 'write 1M 192k',
  'qcow2-metadata': 'write 1M 192k',
  overlay: 'write 1M 192k',
  vdi: 'write 1M 192k',
  vmdk: 'write 1M 192k',
  network: 'write 0 64k',
};

function diskXml(index: number, attributes: string, format: string, source: string): string {
  const target = `sd${String.fromCharCode('a'.charCodeAt(0) + index)}`;
  return (
    `<disk ${attributes}><driver name='qemu' type='${format}'/><source ${source}` +
    `<target dev='${target}' bus='scsi'/>${attributes.includes('cdrom') ? '<readonly/>' : ''}</disk>`
  );
}

before(async () => {
  served = await serveGuests(await startLibvirtd(), eventually);
  const create = (...args: readonly string[]): Promise<string> => runCommand('qemu-img', ['create', '-q', ...args]);
  for (const [name, format, options] of images) await create('-f', format, ...options, file(name), '4M');
  await truncate(file('raw-odd'), 1000100);
  await create('-f', 'qcow2', file('base'), '4M');
  await create('-f', 'qcow2', '-b', file('base'), '-F', 'qcow2', file('overlay'));
  await create('-f', 'raw', file('medium'), '1M');
  await create('-f', 'raw', file('behind-network'), '4M');
  const names = [...images.map(([name]) => name), 'base', 'overlay', 'medium'];
  for (const name of names) await chmod(file(name), 0o666);
  nbd = await startProcess('qemu-nbd', ['-f', 'raw', '-k', file('nbd'), '-t', '-x', 'vol', file('behind-network')]);
  await eventually(() => chmod(file('nbd'), 0o777));

  const sources: [attributes: string, format: string, source: string][] = [
    ...images.map(([name, format]): [string, string, string] => ["type='file'", format, `file='${file(name)}'/>`]),
    ["type='file'", 'qcow2', `file='${file('overlay')}'/>`],
    ["type='file' device='cdrom'", 'raw', `file='${file('medium')}'/>`],
    ["type='network'", 'raw', `protocol='nbd' name='vol'><host transport='unix' socket='${file('nbd')}'/></source>`],
  ];
  const disks = sources.map(([attributes, format, source], index) => diskXml(index, attributes, format, source));
  const controller = "<controller type='scsi' index='0' model='virtio-scsi'/>";
  const { uuid } = await served.libvirtd.guests.define({ name: 'guest', devicesXml: controller + disks.join('') });
  guest = await served.described(uuid);
});
after(async () => {
  await served.libvirtd.guests.destroy('guest').catch(() => undefined);
  await nbd[Symbol.asyncDispose]();
  await served[Symbol.asyncDispose]();
});

interface BlockInfo {
  readonly capacity: bigint;
  readonly allocation: bigint;
  readonly physical: bigint;
}

/**
 * What DOMAIN_GET_BLOCK_INFO tells of a disk, made of what the API tells; `undefined` if libvirt knows no sizes. Of a
 * running guest's disk libvirt takes the highest offset written for what is allocated, unless nothing was written or the
 * image is a qcow2 file; where it takes the room that the file takes instead, the length of the file is its physical size.
 */
function blockInfo({ sourceType, format }: Disk, statistics: DiskStatistics, isOff: boolean): BlockInfo | undefined {
  const { capacityBytes: capacity, physicalBytes: physical, allocationBytes: highest = 0n } = statistics;
  if (capacity === undefined || physical === undefined) return undefined;
  if (isOff) return { capacity, allocation: highest, physical };
  // A device takes no room in a file system: its size stands in the place of that.
  const taken = sourceType === 'block' ? 0n : physical;
  const allocation = sourceType === 'file' && format === 'qcow2' ? taken : highest;
  if (taken !== 0n && allocation !== 0n && allocation !== taken) return { capacity, allocation, physical: taken };
  return { capacity, allocation: allocation || taken, physical: statistics.sourceSizeBytes ?? physical };
}

/** The same from libvirt; `undefined` if it cannot tell. */
async function virshBlockInfo(device: string): Promise<BlockInfo | undefined> {
  const text = await served.libvirtd.virsh('domblkinfo', 'guest', device).catch(() => '');
  const numbers = Array.from(text.matchAll(/\d+$/gm), ([number]) => BigInt(number));
  const [capacity, allocation, physical] = numbers;
  if (capacity === undefined || allocation === undefined || physical === undefined) return undefined;
  return { capacity, allocation, physical };
}

const nameOf = ({ sourceType, source = '' }: Disk): string => (sourceType === 'network' ? 'network' : basename(source));

/** Compares all disks, and gives what libvirt told by the names of the images. */
const compare = (): Promise<ReadonlyMap<string, BlockInfo | undefined>> =>
  // What was written reaches the file a little later.
  eventually(async () => {
    const infos = new Map<string, BlockInfo | undefined>();
    const statistics = await served.readOne('guest');
    for (const disk of guest.disks) {
      const expected = await virshBlockInfo(disk.device);
      const found = statistics.disks.find(({ device }) => device === disk.device);
      assert.ok(found !== undefined);
      assert.deepEqual(blockInfo(disk, found, statistics.status === InspectionStatus.SHUT_OFF), expected, nameOf(disk));
      assert.equal(found.sourceSizeBytes === undefined, disk.sourceType === 'network', nameOf(disk));
      infos.set(nameOf(disk), expected);
    }
    return infos;
  });

test('sizes of images agree with what libvirt tells of one disk: off, running, written to, paused, off again', async () => {
  const { libvirtd } = served;
  assert.equal(guest.disks.length, 13);
  const off = await compare();
  assert.deepEqual([off.get('network'), off.get('raw-odd')?.physical], [undefined, 1000100n]);

  await libvirtd.guests.start('guest');
  const running = await compare();
  assert.deepEqual([running.get('raw-sparse')?.physical, running.get('network')?.physical], [4n << 20n, 4n << 20n]);

  // Devices have names only while the guest runs.
  const { disks } = await served.described(guest.id, (live) => assert.ok(live.disks.every(({ alias }) => alias)));
  for (const disk of disks) {
    const command = writes[nameOf(disk)];
    if (command === undefined) continue;
    const qemuIo = `qemu-io -d ${disk.alias ?? ''} "${command}"`;
    await libvirtd.virsh('qemu-monitor-command', '--hmp', 'guest', qemuIo);
  }
  const written = await compare();
  assert.equal(written.get('raw-sparse')?.allocation, BigInt((1024 + 192) * 1024));
  assert.deepEqual(
    [written.get('raw-begun')?.allocation, written.get('raw-begun')?.physical],
    [64n << 10n, 4n << 20n],
    'where the room taken is what was written, libvirt tells the length of the file',
  );
  await libvirtd.virsh('suspend', 'guest');
  await compare();
  await libvirtd.guests.destroy('guest');
  await compare();
});
