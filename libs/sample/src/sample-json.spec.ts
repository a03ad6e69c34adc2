import assert from 'node:assert/strict';
import { test } from 'node:test';
import { sampleToJson } from './sample-json.ts';
import { createSample } from './sample.ts';
import type { Resource } from './resource.ts';

const resource: Resource = {
  id: 'a75c2fa5-6c03-45a8-bbf7-b993cfcdec27',
  userId: 'u1',
  projectId: null,
  metadata: { display_name: 'wéb "1" ☃ 😀', flavor: { vcpus: 2, extra_specs: {} }, tags: ['a', 1.5, true, null] },
};

const sample = createSample({
  meter: { name: 'cpu', type: 'cumulative', unit: 'ns' },
  volume: 512.5,
  resource,
  stamp: { timestamp: '2026-01-02T03:04:05.678901', monotonicTime: 5.5, source: 'openstack', nextId: () => 'id-1' },
});

test('a sample is written with the keys, the order, the separators and the escapes of json.dumps', () => {
  assert.equal(
    sampleToJson(sample),
    '{"name": "cpu", "type": "cumulative", "unit": "ns", "volume": 512.5, "user_id": "u1", "user_name": null, ' +
      '"project_id": null, "project_name": null, "resource_id": "a75c2fa5-6c03-45a8-bbf7-b993cfcdec27", ' +
      '"timestamp": "2026-01-02T03:04:05.678901", "resource_metadata": {"display_name": ' +
      '"w\\u00e9b \\"1\\" \\u2603 \\ud83d\\ude00", "flavor": {"vcpus": 2, "extra_specs": {}}, ' +
      '"tags": ["a", 1.5, true, null]}, "source": "openstack", "id": "id-1", "monotonic_time": 5.5}',
  );
});

test('what is written reads back', () => {
  const read = JSON.parse(sampleToJson(sample)) as { resource_metadata: unknown; volume: number };
  assert.deepEqual(read.resource_metadata, resource.metadata);
  assert.equal(read.volume, 512.5);
});

test('numbers of metadata are written as Python writes them, and what JSON lacks is null', () => {
  const metadata = { small: 1e-7, huge: 1e21, whole: -0, none: NaN, endless: [Infinity, -2.5e-10] };
  assert.match(
    sampleToJson({ ...sample, resourceMetadata: metadata }),
    /\{"small": 1e-07, "huge": 1000000000000000000000, "whole": 0, "none": null, "endless": \[null, -2\.5e-10\]\}/,
  );
});

test('a sample of a device carries the id and the metadata of the device', () => {
  const metadata = { ...resource.metadata, disk_name: 'vda' };
  const stamp = { timestamp: 't', monotonicTime: null, source: 's', nextId: () => 'id-2' };
  const meter = { name: 'disk.device.read.bytes', type: 'cumulative', unit: 'B' } as const;
  const { resourceId, resourceMetadata } = createSample({
    meter,
    volume: 1,
    resource,
    resourceId: `${resource.id}-vda`,
    metadata,
    stamp,
  });
  assert.equal(resourceId, 'a75c2fa5-6c03-45a8-bbf7-b993cfcdec27-vda');
  assert.equal(resourceMetadata, metadata);
});
