import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Compat } from '@nephometer/sample';
import { exampleReading, exampleResource, samplesOf } from './example.ts';

const resource = exampleResource({
  disks: [
    { device: 'vda', source: '/v/disk', sourceType: 'file', format: 'qcow2' },
    { device: 'sda' },
    { device: 'vdb', source: 'rbd:volumes/two', sourceType: 'network', format: 'raw' },
  ],
});

const vda = {
  device: 'vda',
  path: '/v/disk',
  readBytes: 1n,
  physicalBytes: 10n,
  allocationBytes: 99n,
  sourceSizeBytes: 20n,
};
const vdb = { device: 'vdb', readBytes: 2n, physicalBytes: 30n, allocationBytes: 40n };

function totals(meter: string, disks: readonly { device: string }[], compat: Compat = '2015') {
  const samples = samplesOf(meter, exampleReading({ disks: [...disks] }), { resource, compat });
  return samples.map(({ volume, resourceId, resourceMetadata }) => {
    assert.equal(resourceId, resource.id);
    return [volume, resourceMetadata['device']];
  });
}

test('The disks of an instance have a sum, and their names are in the metadata', () => {
  const sda = { device: 'sda', readBytes: 4n };
  assert.deepEqual(totals('disk.read.bytes', [vda, sda, vdb]), [[7, ['vda', 'sda', 'vdb']]]);
  assert.deepEqual(totals('disk.allocation', [vda, sda, vdb]), [[50, ['vda', 'sda', 'vdb']]]);
  assert.deepEqual(totals('disk.usage', [vda, sda, vdb]), [[50, ['vda', 'sda', 'vdb']]]);
});

test('At later versions, by name, empty drives have no part in it', () => {
  assert.deepEqual(totals('disk.read.bytes', [vda, { device: 'sda', readBytes: 4n } as typeof vda, vdb], 'head'), [
    [3, ['vda', 'vdb']],
  ]);
});

test('A disk that was not read leaves no sum; an empty drive may be missing', () => {
  assert.deepEqual(totals('disk.read.bytes', [vda]), []);
  assert.deepEqual(totals('disk.read.bytes', [vda, { device: 'vdb' }]), []);
  assert.deepEqual(totals('disk.read.bytes', [vda, vdb]), [[3, ['vda', 'sda', 'vdb']]]);
});

test('An instance without disks has a sum of zero; one of which nothing was read has none', () => {
  const [sample] = samplesOf('disk.read.bytes', exampleReading(), { compat: '2015' });
  assert.deepEqual([sample?.volume, sample?.resourceMetadata['device']], [0, []]);
  const drive = exampleResource({ disks: [{ device: 'sda' }] });
  assert.deepEqual(samplesOf('disk.read.bytes', exampleReading(), { resource: drive, compat: '2015' }), []);
});

test('The sum is exact before it becomes a number', () => {
  const half = 2n ** 53n + 1n;
  const disks = [
    { device: 'vda', readBytes: half },
    { device: 'vdb', readBytes: half },
  ];
  assert.deepEqual(totals('disk.read.bytes', disks)[0]?.[0], Number(2n * half));
});

test('All totals of an instance share one metadata object', () => {
  const reading = exampleReading({ disks: [vda, vdb] });
  const [read] = samplesOf('disk.read.bytes', reading, { resource, compat: '2015' });
  const [used] = samplesOf('disk.usage', reading, { resource, compat: '2015' });
  assert.ok(read);
  assert.equal(read.resourceMetadata, used?.resourceMetadata);
});
