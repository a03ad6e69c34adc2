import assert from 'node:assert/strict';
import { test } from 'node:test';
import { InstanceState } from '@nephometer/inspector-api';
import type { InstanceReading } from '@nephometer/plugin';
import fc from 'fast-check';
import { exampleReading, exampleResource, samplesOf } from './example.ts';

const ms = 1_000_000n;

type Vcpus = Readonly<Record<number, bigint | undefined>>;

/** A reading with the run times of the virtual CPUs, by number. */
function readingOf(times: Vcpus, readAtMs: number, cpuNs?: bigint, current = Object.keys(times).length) {
  const vcpus = Object.entries(times).map(([number, timeNs]) => ({
    number: Number(number),
    waitNs: 10n ** 15n,
    ...(timeNs !== undefined && { timeNs }),
  }));
  const cpu = cpuNs !== undefined && { cpu: { timeNs: cpuNs } };
  return exampleReading({ vcpus, ...(current > 0 && { vcpuCount: { current } }), ...cpu }, readAtMs);
}

function percent(now: InstanceReading, previous?: InstanceReading, resource = exampleResource()): number | undefined {
  return samplesOf('cpu_util', now, { resource, previous })[0]?.volume;
}

test('It is the share of the time in which the virtual CPUs ran; waiting is none', () => {
  assert.equal(
    percent(readingOf({ 0: 600n * ms, 2: 200n * ms }, 1000), readingOf({ 0: 100n * ms, 2: 100n * ms }, 0)),
    30,
  );
  assert.equal(percent(readingOf({ 0: 5n }, 1000), readingOf({ 0: 5n }, 0)), 0);
});

test('The CPU time of the whole instance stands in where that of a virtual CPU is missing in one of the readings', () => {
  const whole = readingOf({ 0: undefined, 1: 1n }, 1000, 700n * ms);
  assert.equal(percent(whole, readingOf({ 0: 1n, 1: 1n }, 0, 200n * ms)), 25);
  assert.equal(percent(readingOf({}, 1000, 500n * ms, 1), readingOf({}, 0, 0n, 1)), 50);
  assert.equal(percent(readingOf({}, 1000, 500n * ms, 1), readingOf({ 0: 1n }, 0)), undefined);
});

test('It needs two readings, time between them and the number of virtual CPUs', () => {
  const [before, now] = [readingOf({ 0: 0n }, 0), readingOf({ 0: ms }, 1000)];
  assert.equal(percent(now), undefined);
  assert.equal(percent(now, now), undefined);
  assert.equal(percent(before, now), undefined);
  const unknown = [readingOf({}, 1000, 500n * ms, 0), readingOf({}, 0, 0n, 0)] as const;
  assert.equal(percent(...unknown), undefined);
  assert.equal(percent(...unknown, exampleResource({ vcpusCurrent: 5 })), 10, 'the description may tell it');
});

test('After a restart the time counts from zero, for a virtual CPU that is ahead of its forerunner as well', () => {
  const before = readingOf({ 0: 400n * ms, 1: 100n * ms }, 0, 900n * ms);
  const now = readingOf({ 0: 200n * ms, 1: 300n * ms }, 1000, 800n * ms);
  assert.equal(percent(now, before), 25);
  assert.equal(percent(readingOf({}, 1000, 300n * ms, 1), readingOf({}, 0, 400n * ms, 1)), 30);
});

test('A virtual CPU that was plugged in between counts from zero, one that was taken away not at all', () => {
  const [one, two] = [readingOf({ 0: 0n }, 0), readingOf({ 0: 100n * ms, 1: 500n * ms }, 1000)];
  assert.equal(percent(two, one), 30);
  assert.equal(percent(readingOf({ 0: 200n * ms }, 2000), two), 10);
});

test('It never exceeds 100, whatever the hypervisor did besides', () => {
  assert.equal(percent(readingOf({}, 1000, 1500n * ms, 1), readingOf({}, 0, 0n, 1)), 100);
});

test('A guest that was off at the previous reading has none', () => {
  const off = exampleReading({ state: InstanceState.SHUT_OFF, cpu: { timeNs: 0n }, vcpuCount: { current: 1 } }, 0);
  assert.equal(percent(readingOf({}, 1000, 500n * ms, 1), off), undefined);
});

test('No two readings give less than 0 or more than 100', () => {
  const time = fc.option(fc.bigInt({ min: 0n, max: 2n ** 64n - 1n }), { nil: undefined });
  const reading = fc.tuple(fc.record({ 0: time, 1: time }), fc.integer({ min: -10, max: 1_000_000 }), time);
  fc.assert(
    fc.property(reading, reading, fc.integer({ min: 0, max: 3 }), ([now, at, cpu], [before, was, cpuWas], current) => {
      const found = percent(readingOf(now, at, cpu, current), readingOf(before, was, cpuWas, current));
      assert.ok(found === undefined || (found >= 0 && found <= 100));
    }),
  );
});
