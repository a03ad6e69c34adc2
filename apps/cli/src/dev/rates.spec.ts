import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { ShownSample } from './parse-sample.ts';
import { createRates } from './rates.ts';

const START_MS = 1_000_000;

/** A sample of instance `a` at a number of seconds. */
function sample(seconds: number, meter: string, volume: number, more: Partial<ShownSample> = {}): ShownSample {
  const instanceId = more.instanceId ?? 'a';
  return {
    meter,
    type: 'gauge',
    unit: '',
    volume,
    timestamp: '',
    atMs: START_MS + seconds * 1000,
    resourceId: instanceId,
    instanceId,
    instanceName: `name of ${instanceId}`,
    ...more,
  };
}

function rowAfter(...samples: readonly ShownSample[]): unknown {
  const rates = createRates();
  for (const one of samples) rates.add(one);
  return rates.summary().rows[0];
}

test('levels are there at once, rates are not', () => {
  assert.deepEqual(
    rowAfter(
      sample(0, 'cpu', 5e9, { cpuNumber: 2 }),
      sample(0, 'power.state', 1),
      sample(0, 'memory', 512),
      sample(0, 'memory.usage', 100),
      sample(0, 'memory.resident', 0.5),
    ),
    {
      id: 'a',
      name: 'name of a',
      powerState: 1,
      vcpus: 2,
      memoryTotalBytes: 512 * 1024 * 1024,
      memoryUsedBytes: 100 * 1024 * 1024,
      memoryResidentBytes: 512 * 1024,
    },
  );
});

test('CPU is in percent of all virtual CPUs, by the samples own times', () => {
  const row = rowAfter(sample(0, 'cpu', 5e9), sample(0, 'vcpus', 2), sample(4, 'cpu', 9e9), sample(4, 'vcpus', 2));
  assert.deepEqual(row, { id: 'a', name: 'name of a', vcpus: 2, cpuPercent: 50 });
});

test('rates of devices are added up', () => {
  const at = (seconds: number, meter: string, device: string, volume: number): ShownSample =>
    sample(seconds, meter, volume, { resourceId: `a-${device}`, device });
  const row = rowAfter(
    at(0, 'disk.device.read.bytes', 'vda', 0),
    at(0, 'disk.device.read.bytes', 'vdb', 1000),
    at(0, 'network.outgoing.bytes', 'tap0', 7),
    at(5, 'disk.device.read.bytes', 'vda', 500),
    at(5, 'disk.device.read.bytes', 'vdb', 2000),
    at(5, 'network.outgoing.bytes', 'tap0', 7),
  );
  assert.deepEqual(row, { id: 'a', name: 'name of a', diskReadRate: 300, networkTransmitRate: 0 });
});

test('a counter that went back gives no rate until the next reading', () => {
  const first = [sample(0, 'cpu', 9e9), sample(1, 'cpu', 1e9)];
  assert.deepEqual(rowAfter(...first), { id: 'a', name: 'name of a' });
  assert.deepEqual(rowAfter(...first, sample(2, 'cpu', 1.5e9)), { id: 'a', name: 'name of a', cpuPercent: 50 });
});

test('a device that has gone counts no more', () => {
  const disk = (seconds: number, device: string, volume: number): ShownSample =>
    sample(seconds, 'disk.device.read.bytes', volume, { resourceId: `a-${device}`, device });
  const rates = createRates();
  for (const one of [disk(0, 'vda', 0), disk(0, 'vdb', 0), disk(1, 'vda', 10), disk(1, 'vdb', 10)]) rates.add(one);
  rates.add(disk(2, 'vda', 20));
  assert.equal(rates.summary().rows[0]?.diskReadRate, 20, 'may be coming in just now');
  rates.add(disk(3, 'vda', 30));
  assert.equal(rates.summary().rows[0]?.diskReadRate, 10);
});

test('an instance that gives no samples any more disappears after two readings', () => {
  const rates = createRates();
  const seen = (): string[] => rates.summary().rows.map(({ id }) => id);
  rates.add(sample(0, 'memory', 1));
  rates.add(sample(0, 'memory', 1, { instanceId: 'b' }));
  rates.add(sample(1, 'memory', 1));
  rates.add(sample(2, 'memory', 1));
  assert.deepEqual(seen(), ['a', 'b']);
  rates.add(sample(3, 'memory', 1));
  assert.deepEqual(seen(), ['a']);
});

test('an instance may be renamed', () => {
  const row = rowAfter(sample(0, 'power.state', 1), sample(1, 'power.state', 1, { instanceName: 'new' }));
  assert.deepEqual(row, { id: 'a', name: 'new', powerState: 1 });
});

test('readings and samples are counted; the rate of samples needs a complete reading', () => {
  const rates = createRates();
  assert.deepEqual(rates.summary(), { rows: [], cycles: 0, samplesPerCycle: 0 });
  for (let count = 0; count < 10; count += 1) rates.add(sample(0, `m${count}`, 1));
  assert.equal(rates.summary().samplesPerCycle, 10);
  assert.equal(rates.summary().samplesPerSecond, undefined);
  rates.add(sample(5, 'm0', 1));
  const { cycles, samplesPerCycle, samplesPerSecond } = rates.summary();
  assert.deepEqual(
    { cycles, samplesPerCycle, samplesPerSecond },
    { cycles: 2, samplesPerCycle: 10, samplesPerSecond: 2 },
  );
});
