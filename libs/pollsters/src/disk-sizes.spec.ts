import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Compat } from '@nephometer/sample';
import { exampleReading, exampleResource, samplesOf } from './example.ts';

interface Sizes {
  readonly capacityBytes?: bigint;
  readonly allocationBytes?: bigint;
  readonly physicalBytes?: bigint;
  readonly sourceSizeBytes?: bigint;
  readonly path?: string | undefined;
}

/** Capacity, allocation and usage of a disk. */
function sizesOf(
  sizes: Sizes,
  disk: { sourceType?: string; format?: string } = {},
  compat: Compat = 'head',
): (number | undefined)[] {
  const resource = exampleResource({ disks: [{ device: 'vda', source: '/v/disk', sourceType: 'file', ...disk }] });
  const reading = exampleReading({ disks: [{ device: 'vda', path: '/v/disk', ...sizes }] });
  return ['capacity', 'allocation', 'usage'].map(
    (size) => samplesOf(`disk.device.${size}`, reading, { resource, compat })[0]?.volume,
  );
}

// What QEMU 7.2 and libvirt 9.0 tell of images of 4 MiB, and what `virsh domblkinfo` says of them.
const capacityBytes = 4194304n;
const rows: readonly (readonly [string, Sizes, Parameters<typeof sizesOf>[1], number, number])[] = [
  [
    'a raw image never written to: the room it takes, and its length',
    { allocationBytes: 0n, physicalBytes: 4096n, sourceSizeBytes: 4194304n },
    { format: 'raw' },
    4096,
    4194304,
  ],
  [
    'a raw image that was written to: how far, and the room it takes',
    { allocationBytes: 1245184n, physicalBytes: 200704n, sourceSizeBytes: 4194304n },
    { format: 'raw' },
    1245184,
    200704,
  ],
  [
    'a raw image where the two are the same: its length again',
    { allocationBytes: 65536n, physicalBytes: 65536n, sourceSizeBytes: 4194304n },
    {},
    65536,
    4194304,
  ],
  [
    'an image that grows: the room it takes, and its length',
    { allocationBytes: 458752n, physicalBytes: 200704n, sourceSizeBytes: 458752n },
    { format: 'qcow2' },
    200704,
    458752,
  ],
  [
    'a device: how far it was written, and its size',
    { allocationBytes: 1048576n, physicalBytes: 4194304n, sourceSizeBytes: 4194304n },
    { sourceType: 'block', format: 'qcow2' },
    1048576,
    4194304,
  ],
  [
    'an image that cannot be seen from here',
    { allocationBytes: 0n, physicalBytes: 4194304n, path: undefined },
    { sourceType: 'network', format: 'raw' },
    4194304,
    4194304,
  ],
];

for (const [what, sizes, disk, allocation, usage] of rows) {
  test(`Allocation and usage of ${what}`, () => {
    assert.deepEqual(sizesOf({ capacityBytes, ...sizes }, disk), [4194304, allocation, usage]);
  });
}

test('A disk without a size on the host has none, and its capacity is what it is', () => {
  assert.deepEqual(sizesOf({ capacityBytes: 8192n }), [8192, undefined, undefined]);
});

test('The capacity is at least the usage, but for 2015', () => {
  const cdrom = { capacityBytes: 1000n, physicalBytes: 4096n, sourceSizeBytes: 4096n };
  assert.equal(sizesOf(cdrom)[0], 4096);
  assert.equal(sizesOf(cdrom, {}, '19.0.0')[0], 4096);
  assert.equal(sizesOf(cdrom, {}, '2015')[0], 1000);
  assert.equal(sizesOf({ physicalBytes: 4096n })[0], undefined);
});
