import assert from 'node:assert/strict';
import { test } from 'node:test';
import { MissingReason, StatisticsGroup } from '@nephometer/inspector-api';
import { exampleReading, exampleResource, samplesOf, volumeOf } from './example.ts';

const time = 10000n;

test('The CPU time is run time plus wait of the virtual CPUs, holes in their numbers allowed', () => {
  const vcpus = [0, 2].map((number) => ({ number, timeNs: time, waitNs: time }));
  assert.equal(volumeOf('cpu', { vcpuCount: { current: 2, maximum: 4 }, vcpus, cpu: { timeNs: 999999n } }), 40000);
});

test('The CPU time of the whole instance stands in where the virtual CPUs do not tell it all', () => {
  const cpu = { timeNs: 999999n };
  assert.equal(volumeOf('cpu', { vcpuCount: { current: 2, maximum: 4 }, cpu }), 999999);
  assert.equal(volumeOf('cpu', { vcpuCount: { current: 1 }, vcpus: [{ number: 0, timeNs: time }], cpu }), 999999);
  assert.equal(
    volumeOf('cpu', { vcpuCount: { current: 2 }, vcpus: [{ number: 0, timeNs: time, waitNs: time }], cpu }),
    999999,
  );
  const missing = [{ group: StatisticsGroup.VCPU, reason: MissingReason.UNSUPPORTED }];
  assert.equal(volumeOf('cpu', { cpu, missing }), 999999);
});

test('Virtual CPUs that are missing for now give no sample, so that the counter does not jump', () => {
  const missing = [{ group: StatisticsGroup.VCPU, reason: MissingReason.MONITOR_HUNG }];
  assert.equal(volumeOf('cpu', { cpu: { timeNs: 999999n }, missing }), undefined);
});

test('Nothing read gives no sample, not a zero', () => {
  assert.equal(volumeOf('cpu', {}), undefined);
  assert.equal(volumeOf('vcpus', {}), undefined);
});

test('CPU time beyond 2^53 ns is summed exactly before it becomes a number', () => {
  const half = 2n ** 53n + 1n;
  const vcpus = [{ number: 0, timeNs: half, waitNs: half }];
  assert.equal(volumeOf('cpu', { vcpuCount: { current: 1 }, vcpus }), Number(2n * half));
});

test('Samples with the same number of virtual CPUs share one metadata object; another number makes another', () => {
  const resource = exampleResource();
  const [one, two] = [1, 2].map((current) => exampleReading({ vcpuCount: { current }, cpu: { timeNs: 1n } }));
  assert.ok(one && two);
  const metadataOf = (reading: typeof one) => samplesOf('cpu', reading, { resource })[0]?.resourceMetadata;
  assert.equal(metadataOf(one), metadataOf(one));
  assert.deepEqual([metadataOf(one)?.['cpu_number'], metadataOf(two)?.['cpu_number']], [1, 2]);
  assert.equal('cpu_number' in resource.metadata, false);
  assert.equal(
    samplesOf('cpu', exampleReading({ cpu: { timeNs: 1n } }), { resource })[0]?.resourceMetadata['cpu_number'],
    null,
  );
});

test('In 2015 the CPU time is that of the whole instance, and the number of its virtual CPUs is always known', () => {
  const vcpus = [{ number: 0, timeNs: time, waitNs: time }];
  const resource = exampleResource({ vcpusCurrent: 3 });
  const asked = { resource, compat: '2015' } as const;
  const read = exampleReading({ vcpuCount: { current: 1 }, vcpus, cpu: { timeNs: 999999n } });
  const unread = exampleReading({ cpu: { timeNs: 999999n } });
  const seen = [read, unread].map((reading) => samplesOf('cpu', reading, asked)[0]);
  assert.deepEqual(
    seen.map((sample) => [sample?.volume, sample?.resourceMetadata['cpu_number']]),
    [
      [999999, 1],
      [999999, 3],
    ],
  );
  assert.deepEqual(samplesOf('cpu', exampleReading({ vcpuCount: { current: 1 }, vcpus }), asked), []);
});
