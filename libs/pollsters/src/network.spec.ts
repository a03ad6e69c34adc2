import assert from 'node:assert/strict';
import { test } from 'node:test';
import { InstanceState } from '@nephometer/inspector-api';
import { compats } from '@nephometer/sample';
import fc from 'fast-check';
import { exampleReading, exampleResource, samplesOf } from './example.ts';

const resource = exampleResource({
  vnics: [
    { device: 'tap0', mac: '52:54:00:00:00:01', kind: 'bridge' },
    { mac: '52:54:00:00:00:02', kind: 'user' },
    { device: 'tap1', kind: 'ethernet' },
  ],
});

function readingOf(receiveBytes: bigint | undefined, readAtMs = 10_000) {
  return exampleReading(
    {
      vnics: [
        { device: 'tap0', ...(receiveBytes !== undefined && { receiveBytes }) },
        { device: 'tap1', receiveBytes: 7n },
      ],
    },
    readAtMs,
  );
}

function volumes(meter: string, now: ReturnType<typeof readingOf>, before?: ReturnType<typeof readingOf>) {
  return samplesOf(meter, now, { resource, previous: before }).map(({ volume }) => volume);
}

test('Only cards with a device on the host and a MAC address are metered', () => {
  const samples = samplesOf('network.incoming.bytes', readingOf(5n), { resource });
  assert.deepEqual(
    samples.map(({ resourceId, volume }) => [resourceId, volume]),
    [[`instance-0000002a-${resource.id}-tap0`, 5]],
  );
  assert.deepEqual(volumes('network.incoming.bytes', readingOf(undefined)), []);
});

test('A filter names the card, its parameters are lower-cased, and two more are always there', () => {
  const guarded = exampleResource({
    vnics: [
      {
        device: 'tap0',
        mac: '52:54:00:00:00:01',
        filter: 'clean-traffic',
        filterParameters: [
          { name: 'IP', value: '10.0.0.1' },
          { name: 'ip', value: '10.0.0.2' },
          { name: '__proto__', value: 'text' },
        ],
      },
    ],
  });
  const [sample] = samplesOf('network.incoming.bytes', readingOf(5n), { resource: guarded });
  assert.equal(sample?.resourceId, 'clean-traffic');
  assert.equal(
    JSON.stringify(sample.resourceMetadata),
    '{"display_name":"web-1","name":"tap0","host":"hash","mac":"52:54:00:00:00:01","fref":"clean-traffic",' +
      '"parameters":{"ip":"10.0.0.2","__proto__":"text","interfaceid":null,"bridge":null},"vnic_name":"clean-traffic"}',
  );
  const [in2015] = samplesOf('network.incoming.bytes', readingOf(5n), { resource: guarded, compat: '2015' });
  assert.equal(
    JSON.stringify(in2015?.resourceMetadata['parameters']),
    '{"ip":"10.0.0.2","__proto__":"text"}',
    'in 2015 there were no others',
  );
});

test('A delta is zero at first, then what was added, after a reset what has been counted since', () => {
  const delta = (now: bigint, before?: bigint) =>
    volumes('network.incoming.bytes.delta', readingOf(now), before === undefined ? undefined : readingOf(before, 0));
  assert.deepEqual(delta(100n), [0]);
  assert.deepEqual(delta(100n, 40n), [60]);
  assert.deepEqual(delta(40n, 100n), [40]);
  assert.deepEqual(delta(2n ** 60n + 3n, 2n ** 60n), [3]);
});

test('A card that the previous reading did not have begins anew', () => {
  assert.deepEqual(volumes('network.incoming.bytes.delta', readingOf(100n), readingOf(undefined, 0)), [0]);
  assert.deepEqual(volumes('network.incoming.bytes.rate', readingOf(100n), readingOf(undefined, 0)), []);
});

test('A rate needs two readings and time between them, and starts from zero after a reset', () => {
  const rate = (now: bigint, before: bigint, elapsedMs: number) =>
    volumes('network.incoming.bytes.rate', readingOf(now, 10_000 + elapsedMs), readingOf(before, 10_000));
  assert.deepEqual(volumes('network.incoming.bytes.rate', readingOf(100n)), []);
  assert.deepEqual(rate(100n, 40n, 2000), [30]);
  assert.deepEqual(rate(40n, 40n, 2000), [0]);
  assert.deepEqual(rate(40n, 100n, 2000), [20]);
  assert.deepEqual(rate(100n, 40n, 0), []);
  assert.deepEqual(rate(100n, 40n, -1000), []);
});

test('A card of which one counter went back began anew, so that the others have counted from zero as well', () => {
  const reading = (receiveBytes: bigint, receivePackets: bigint, readAtMs: number) =>
    exampleReading({ vnics: [{ device: 'tap0', receiveBytes, receivePackets }] }, readAtMs);
  const [before, now] = [reading(100n, 9n, 0), reading(150n, 3n, 1000)];
  assert.deepEqual(volumes('network.incoming.bytes.delta', now, before), [150]);
  assert.deepEqual(volumes('network.incoming.bytes.rate', now, before), [150]);
});

test('Errors and drops that go back do not make a card new, and neither does a restart of the guest', () => {
  const reading = (receiveBytes: bigint, other: bigint) =>
    exampleReading({ cpu: { timeNs: other }, vnics: [{ device: 'tap0', receiveBytes, receiveErrors: other }] });
  assert.deepEqual(volumes('network.incoming.bytes.delta', reading(150n, 1n), reading(100n, 9n)), [50]);
});

test('A card of a guest that was off at the previous reading begins anew', () => {
  const off = exampleReading({ state: InstanceState.SHUT_OFF, vnics: [{ device: 'tap0', receiveBytes: 5n }] }, 0);
  assert.deepEqual(volumes('network.incoming.bytes.delta', readingOf(100n), off), [0]);
  assert.deepEqual(volumes('network.incoming.bytes.rate', readingOf(100n), off), []);
});

test('19.0.0 names the samples of the sent bytes after packets', () => {
  const reading = exampleReading({ vnics: [{ device: 'tap0', transmitBytes: 1n }] });
  const named = compats.map(
    (compat) => samplesOf('network.outgoing.bytes.delta', reading, { resource, compat })[0]?.name,
  );
  assert.deepEqual(named, [
    'network.outgoing.bytes.delta',
    'network.outgoing.packets.delta',
    'network.outgoing.bytes.delta',
  ]);
});

test('No two readings give a negative delta or rate', () => {
  const counter = fc.bigInt({ min: 0n, max: 2n ** 64n - 1n });
  fc.assert(
    fc.property(counter, counter, fc.integer({ min: -10_000, max: 1_000_000 }), (now, before, elapsedMs) => {
      for (const meter of ['network.incoming.bytes.delta', 'network.incoming.bytes.rate']) {
        const found = volumes(meter, readingOf(now, elapsedMs), readingOf(before, 0));
        assert.ok(found.every((volume) => Number.isFinite(volume) && volume >= 0));
      }
    }),
  );
});
