import assert from 'node:assert/strict';
import { test } from 'node:test';
import { InstanceState } from '@nephometer/inspector-api';
import type { InstanceReading } from '@nephometer/plugin';
import fc from 'fast-check';
import { exampleReading, exampleResource, samplesOf } from './example.ts';

const resource = exampleResource({
  disks: [{ device: 'vda', source: '/v/one' }, { device: 'sda' }, { device: 'vdb', source: '/v/two' }],
});

/** All counters of a disk: bytes read as given, the others in proportion. */
function diskOf(device: string, readBytes: bigint) {
  const others = { readRequests: readBytes / 10n, readTimeNs: readBytes * 100_000n };
  return { device, readBytes, ...others, writeBytes: 0n, writeRequests: 0n, writeTimeNs: 0n };
}

type Disks = readonly { device: string; readBytes?: bigint; writeBytes?: bigint }[];

function readingOf(disks: Disks, readAtMs: number, cpuNs?: bigint): InstanceReading {
  return exampleReading({ disks: [...disks], ...(cpuNs !== undefined && { cpu: { timeNs: cpuNs } }) }, readAtMs);
}

function volumes(meter: string, now: InstanceReading, previous?: InstanceReading) {
  return samplesOf(meter, now, { resource, previous, compat: '2015' }).map(({ volume }) => volume);
}

const first = readingOf([diskOf('vda', 1000n), diskOf('vdb', 10n)], 10_000);
const second = readingOf([diskOf('vda', 1600n), diskOf('vdb', 110n)], 12_000);

test('A rate is what was done per second between two readings, of each disk and of all', () => {
  assert.deepEqual(volumes('disk.device.read.bytes.rate', second, first), [300, 50]);
  assert.deepEqual(volumes('disk.device.read.requests.rate', second, first), [30, 5]);
  assert.deepEqual(volumes('disk.device.write.bytes.rate', second, first), [0, 0]);
  assert.deepEqual(volumes('disk.read.bytes.rate', second, first), [350]);
  assert.deepEqual(volumes('disk.read.requests.rate', second, first), [35]);
  assert.deepEqual(volumes('disk.device.iops', second, first), [30, 5]);
  assert.deepEqual(volumes('disk.iops', second, first), [35]);
});

test('Latency is the mean time of a request in milliseconds, and zero if there was none', () => {
  assert.deepEqual(volumes('disk.device.latency', second, first), [1, 1]);
  const slow = { ...diskOf('vdb', 110n), writeRequests: 30n, writeTimeNs: 210_000_000n };
  const mixed = readingOf([diskOf('vda', 1600n), slow], 12_000);
  assert.deepEqual(volumes('disk.device.latency', mixed, first), [1, 5.5]);
  assert.deepEqual(volumes('disk.latency', mixed, first), [2.8]);
  assert.deepEqual(volumes('disk.latency', readingOf([diskOf('vda', 1000n), diskOf('vdb', 10n)], 11_000), first), [0]);
});

test('Without a previous reading and without time between the two there is nothing', () => {
  for (const meter of ['disk.device.read.bytes.rate', 'disk.read.bytes.rate', 'disk.device.latency', 'disk.iops']) {
    assert.deepEqual(volumes(meter, second), []);
    assert.deepEqual(volumes(meter, second, second), []);
    assert.deepEqual(volumes(meter, first, second), [], 'the clock was set back');
  }
});

test('A disk that was detached and attached again has counted from zero, also where one counter is higher by now', () => {
  const again = { ...diskOf('vdb', 50n), readRequests: 0n };
  const now = readingOf([diskOf('vda', 1000n), again], 11_000);
  assert.deepEqual(volumes('disk.device.read.bytes.rate', now, first), [0, 50]);
  assert.deepEqual(volumes('disk.read.bytes.rate', now, first), [50]);
});

test('After a restart that the CPU time tells all disks have counted from zero, however much', () => {
  const before = readingOf([diskOf('vda', 1000n), diskOf('vdb', 10n)], 10_000, 500n);
  const restarted = readingOf([diskOf('vda', 1600n), diskOf('vdb', 110n)], 12_000, 499n);
  assert.deepEqual(volumes('disk.device.read.bytes.rate', restarted, before), [800, 55]);
  const same = readingOf([diskOf('vda', 1600n), diskOf('vdb', 110n)], 12_000, 500n);
  assert.deepEqual(volumes('disk.device.read.bytes.rate', same, before), [300, 50]);
});

test('A disk that is new does not count until it has been read twice', () => {
  const alone = readingOf([diskOf('vda', 1000n)], 10_000);
  assert.deepEqual(volumes('disk.device.read.bytes.rate', second, alone), [300]);
  assert.deepEqual(volumes('disk.read.bytes.rate', second, alone), [300]);
  assert.deepEqual(volumes('disk.read.bytes.rate', second, readingOf([], 10_000)), []);
});

test('A disk that was not read leaves the others their own rates, and no common one', () => {
  for (const disks of [[diskOf('vda', 1600n)], [diskOf('vda', 1600n), { device: 'vdb' }]]) {
    const now = readingOf(disks, 12_000);
    assert.deepEqual(volumes('disk.device.read.bytes.rate', now, first), [300]);
    assert.deepEqual(volumes('disk.read.bytes.rate', now, first), []);
  }
  const hung = readingOf([diskOf('vda', 1000n), { device: 'vdb' }], 10_000);
  assert.deepEqual(volumes('disk.device.read.bytes.rate', second, hung), [300]);
});

test('A disk that does not count its requests has a rate all the same, and no latency', () => {
  const bytes = (readBytes: bigint, readAtMs: number) => readingOf([{ device: 'vda', readBytes }], readAtMs);
  assert.deepEqual(volumes('disk.device.read.bytes.rate', bytes(9n, 1000), bytes(4n, 0)), [5]);
  assert.deepEqual(volumes('disk.device.latency', bytes(9n, 1000), bytes(4n, 0)), []);
});

test('An empty drive takes part if it was read', () => {
  const withDrive = (readBytes: bigint, readAtMs: number) =>
    readingOf([diskOf('vda', 0n), diskOf('vdb', 0n), diskOf('sda', readBytes)], readAtMs);
  assert.deepEqual(volumes('disk.read.bytes.rate', withDrive(20n, 1000), withDrive(10n, 0)), [10]);
  assert.deepEqual(volumes('disk.device.read.bytes.rate', withDrive(20n, 1000), withDrive(10n, 0)), [0, 10, 0]);
});

test('An instance without disks does nothing per second', () => {
  const asked = { previous: exampleReading({}, 0), compat: '2015' } as const;
  assert.deepEqual(
    samplesOf('disk.read.bytes.rate', exampleReading({}, 1000), asked).map(({ volume }) => volume),
    [0],
  );
});

test('A guest that was off at the previous reading has no rate', () => {
  const off = exampleReading({ state: InstanceState.SHUT_OFF, disks: [diskOf('vda', 5n), diskOf('vdb', 5n)] }, 0);
  assert.deepEqual(volumes('disk.device.read.bytes.rate', second, off), []);
});

test('Rates of all disks name them; latency and count do not', () => {
  const devices = (meter: string) =>
    samplesOf(meter, second, { resource, previous: first })[0]?.resourceMetadata['device'];
  assert.deepEqual(devices('disk.read.bytes.rate'), ['vda', 'vdb']);
  assert.equal(devices('disk.latency'), undefined);
  assert.equal(devices('disk.iops'), undefined);
});

test('No two readings give anything that is negative or no number', () => {
  const counter = fc.option(fc.bigInt({ min: 0n, max: 2n ** 64n - 1n }), { nil: undefined });
  const counters = {
    readBytes: counter,
    readRequests: counter,
    readTimeNs: counter,
    writeBytes: counter,
    writeRequests: counter,
    writeTimeNs: counter,
  };
  const disks = fc.tuple(
    ...['vda', 'sda', 'vdb'].map((device) => fc.record({ ...counters, device: fc.constant(device) })),
  );
  const meters = ['bytes.rate', 'requests.rate'].flatMap((what) => [`read.${what}`, `write.${what}`]);
  const all = [...meters, 'latency', 'iops'].flatMap((meter) => [`disk.${meter}`, `disk.device.${meter}`]);
  fc.assert(
    fc.property(disks, disks, counter, counter, fc.integer({ min: -10, max: 1_000_000 }), (now, before, t1, t0, ms) => {
      for (const meter of all) {
        const found = volumes(meter, readingOf(now as Disks, ms, t1), readingOf(before as Disks, 0, t0));
        assert.ok(found.every((volume) => Number.isFinite(volume) && volume >= 0));
      }
    }),
  );
});
