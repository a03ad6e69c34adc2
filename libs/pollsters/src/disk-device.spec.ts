import assert from 'node:assert/strict';
import { test } from 'node:test';
import { exampleReading, exampleResource, samplesOf } from './example.ts';

const resource = exampleResource({
  disks: [{ device: 'vda', source: '/v/disk' }, { device: 'sda' }, { device: 'vdb', source: 'rbd:volumes/two' }],
});

test('Disks with something in them are metered, by name, whatever the order of the statistics', () => {
  const disks = [
    { index: 2, device: 'vdb', readBytes: 3n },
    { index: 1, device: 'sda', readBytes: 2n },
    { index: 0, device: 'vda', readBytes: 1n },
  ];
  const samples = samplesOf('disk.device.read.bytes', exampleReading({ disks }), { resource });
  assert.deepEqual(
    samples.map(({ resourceId, volume, resourceMetadata }) => [resourceId, volume, resourceMetadata['disk_name']]),
    [
      [`${resource.id}-vda`, 1, 'vda'],
      [`${resource.id}-vdb`, 3, 'vdb'],
    ],
  );
});

test('A disk or a counter that was not read is left out, and nothing else', () => {
  const reading = exampleReading({ disks: [{ device: 'vda' }, { device: 'vdb', readBytes: 0n }] });
  assert.deepEqual(
    samplesOf('disk.device.read.bytes', reading, { resource }).map(({ volume }) => volume),
    [0],
  );
  assert.deepEqual(samplesOf('disk.device.read.bytes', exampleReading(), { resource }), []);
});

test('In 2015 an empty drive is metered as well, if it was read', () => {
  const disks = [{ device: 'vda', readBytes: 1n }, { device: 'sda', readBytes: 0n }, { device: 'vdb' }];
  const samples = samplesOf('disk.device.read.bytes', exampleReading({ disks }), { resource, compat: '2015' });
  assert.deepEqual(
    samples.map(({ resourceId, volume }) => [resourceId, volume]),
    [
      [`${resource.id}-vda`, 1],
      [`${resource.id}-sda`, 0],
    ],
  );
});

test('All samples of a disk share one metadata object, and the resource keeps its own', () => {
  const reading = exampleReading({ disks: [{ device: 'vda', readBytes: 1n, writeBytes: 1n }] });
  const [read] = samplesOf('disk.device.read.bytes', reading, { resource });
  const [written] = samplesOf('disk.device.write.bytes', reading, { resource });
  assert.ok(read);
  assert.equal(read.resourceMetadata, written?.resourceMetadata);
  assert.equal('disk_name' in resource.metadata, false);
});
