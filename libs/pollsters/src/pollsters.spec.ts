import assert from 'node:assert/strict';
import { test } from 'node:test';
import { InspectionStatus, InstanceState } from '@nephometer/inspector-api';
import { createRegistry } from '@nephometer/plugin';
import { exampleReading, exampleResource, volumeOf } from './example.ts';
import { meterNames, pollsters } from './pollsters.ts';

const resource = exampleResource({
  disks: [{ device: 'vda', source: '/v/disk' }],
  vnics: [{ device: 'tap0', mac: '52:54:00:00:00:01' }],
});

/** A reading in which everything was read. */
const full = {
  cpu: { timeNs: 1n },
  vcpuCount: { current: 1 },
  memory: { currentKib: 1n, availableKib: 1n, usableKib: 1n, residentKib: 1n, swapInKib: 1n, swapOutKib: 1n },
  disks: [
    {
      device: 'vda',
      readRequests: 1n,
      readBytes: 1n,
      readTimeNs: 1n,
      writeRequests: 1n,
      writeBytes: 1n,
      writeTimeNs: 1n,
      capacityBytes: 1n,
      allocationBytes: 1n,
      physicalBytes: 1n,
    },
  ],
  vnics: [
    {
      device: 'tap0',
      receiveBytes: 1n,
      receivePackets: 1n,
      receiveErrors: 1n,
      receiveDrops: 1n,
      transmitBytes: 1n,
      transmitPackets: 1n,
      transmitErrors: 1n,
      transmitDrops: 1n,
    },
  ],
};

function metersIn(statistics: Parameters<typeof exampleReading>[0]): readonly string[] {
  const [now, before] = [exampleReading({ ...full, ...statistics }, 2000), exampleReading(full, 1000)];
  return pollsters.flatMap((pollster) => [...pollster.samples(resource, now, before)].map(({ name }) => name));
}

test('Meter names are unique, and each pollster gives the meter it is named after', () => {
  assert.equal(createRegistry('pollster', pollsters, ({ name }) => name).size, 30);
  assert.deepEqual(metersIn({}), meterNames);
});

test('Instances that are off or gone give nothing', () => {
  assert.deepEqual(metersIn({ state: InstanceState.SHUT_OFF }), []);
  assert.deepEqual(metersIn({ status: InspectionStatus.SHUT_OFF, state: InstanceState.SHUT_OFF }), []);
  assert.deepEqual(metersIn({ status: InspectionStatus.GONE }), []);
});

test('Paused and crashed instances are metered like running ones', () => {
  assert.deepEqual(metersIn({ state: InstanceState.PAUSED }), meterNames);
  assert.deepEqual(metersIn({ state: InstanceState.CRASHED }), meterNames);
});

test('The power state is the number libvirt gives it, and none if it is not known', () => {
  assert.equal(volumeOf('power.state', { state: InstanceState.NO_STATE }), 0);
  assert.equal(volumeOf('power.state', { state: InstanceState.PM_SUSPENDED }), 7);
  assert.equal(volumeOf('power.state', { state: InstanceState.UNSPECIFIED }), undefined);
});

test('The same arguments give the same samples', () => {
  const reading = () => exampleReading(full, 2000);
  for (const pollster of pollsters) {
    assert.deepEqual([...pollster.samples(resource, reading())], [...pollster.samples(resource, reading())]);
  }
});
