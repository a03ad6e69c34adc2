import assert from 'node:assert/strict';
import { test } from 'node:test';
import { Duration, Host, InspectInstancesResponse, Instance, InstanceState } from '@nephometer/inspector-api';
import { answersToJson, durationToJson, hostToJson } from './api-json.ts';

test('answers are written in proto3 JSON: exact 64-bit numbers as strings, enums by name, times to the nanosecond', () => {
  const json = answersToJson({
    host: Host.create({ name: 'kvm1', cpus: 8, memoryKib: 33_554_432n, now: { seconds: 1n, nanos: 1 } }),
    instances: [Instance.create({ id: 'a', name: 'web', state: InstanceState.SHUT_OFF })],
    reading: InspectInstancesResponse.create({
      readAt: { seconds: 1_784_642_172n, nanos: 123_456_000 },
      inventoryRevision: 9_007_199_254_740_993n,
      readDuration: { seconds: 0n, nanos: 39_000_000 },
      instances: [{ id: 'a', name: 'web', cpu: { timeNs: 18_446_744_073_709_551_615n } }],
    }),
  });
  assert.deepEqual(JSON.parse(json), {
    host: { name: 'kvm1', cpus: 8, memoryKib: '33554432', now: '1970-01-01T00:00:01.000000001Z' },
    instances: [{ id: 'a', name: 'web', state: 'INSTANCE_STATE_SHUT_OFF' }],
    reading: {
      readAt: '2026-07-21T13:56:12.123456Z',
      inventoryRevision: '9007199254740993',
      readDuration: '0.039s',
      instances: [{ id: 'a', name: 'web', cpu: { timeNs: '18446744073709551615' } }],
    },
  });
});

test("a host's durations are written as text, too", () => {
  const hangProtection = { stuckCallsMaximum: 4, stuckCalls: 1, hedgeDeadline: { seconds: 0n, nanos: 250_000_000 } };
  assert.deepEqual(hostToJson(Host.create({ name: 'kvm1', hangProtection })), {
    name: 'kvm1',
    hangProtection: { stuckCallsMaximum: 4, stuckCalls: 1, hedgeDeadline: '0.250s' },
  });
});

const durations: readonly [seconds: bigint, nanos: number, text: string][] = [
  [0n, 0, '0s'],
  [3n, 0, '3s'],
  [1n, 500_000_000, '1.500s'],
  [0n, 1000, '0.000001s'],
  [0n, 1, '0.000000001s'],
  [-1n, -500_000_000, '-1.500s'],
  [0n, -1000, '-0.000001s'],
];

for (const [seconds, nanos, text] of durations) {
  test(`${seconds} s and ${nanos} ns are written ${text}`, () => {
    assert.equal(durationToJson(Duration.create({ seconds, nanos })), text);
  });
}
