import assert from 'node:assert/strict';
import { test } from 'node:test';
import { parseSample } from './parse-sample.ts';

const base = {
  name: 'cpu',
  type: 'cumulative',
  unit: 'ns',
  volume: 12,
  resource_id: 'id-1',
  timestamp: '2026-07-21T13:56:12.123456',
  resource_metadata: { display_name: 'web', name: 'instance-1', instance_id: 'id-1', cpu_number: 2 },
};

test('a sample of an instance is read', () => {
  assert.deepEqual(parseSample(JSON.stringify(base)), {
    meter: 'cpu',
    type: 'cumulative',
    unit: 'ns',
    volume: 12,
    timestamp: '2026-07-21T13:56:12.123456',
    atMs: Date.parse('2026-07-21T13:56:12Z') + 123.456,
    resourceId: 'id-1',
    instanceId: 'id-1',
    instanceName: 'web',
    cpuNumber: 2,
  });
});

test('a disk is the device of its instance', () => {
  const metadata = { name: 'instance-1', instance_id: 'id-1', disk_name: 'vda' };
  const sample = parseSample(JSON.stringify({ ...base, resource_id: 'id-1-vda', resource_metadata: metadata }));
  assert.equal(sample?.device, 'vda');
  assert.equal(sample.instanceName, 'instance-1');
  assert.equal(sample.resourceId, 'id-1-vda');
});

test('a network card, whose metadata has its own name as "name", is not taken for the instance', () => {
  const metadata = { name: 'tap0', vnic_name: 'filter-7', instance_id: 'id-1', display_name: null };
  const sample = parseSample(JSON.stringify({ ...base, resource_metadata: metadata }));
  assert.equal(sample?.device, 'tap0');
  assert.equal(sample.instanceName, 'id-1');
});

test('a time without a fraction, and metadata without a name, are fine', () => {
  const line = JSON.stringify({ ...base, timestamp: '2026-07-21T13:56:12', resource_metadata: {} });
  const sample = parseSample(line);
  assert.equal(sample?.atMs, Date.parse('2026-07-21T13:56:12Z'));
  assert.equal(sample.instanceName, 'id-1');
});

const others: readonly string[] = [
  '',
  'not json',
  '{"cut',
  '{}',
  'null',
  '[1]',
  JSON.stringify({ ...base, volume: null }),
  JSON.stringify({ ...base, timestamp: 'yesterday' }),
  JSON.stringify({ ...base, name: 7 }),
];

for (const line of others) {
  test(`${line === '' ? 'an empty line' : line} is no sample`, () => {
    assert.equal(parseSample(line), undefined);
  });
}
