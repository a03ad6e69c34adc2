import assert from 'node:assert/strict';
import { test } from 'node:test';
import { compats } from '@nephometer/sample';
import { exampleSample } from '../example.ts';
import { messageToJson, meteringMessage } from './metering-message.ts';
import { PythonFloat } from './python-value.ts';

// How Ceilometer would write the example; the recorded messages in message-signer.spec.ts have more.
const written = {
  '2015':
    '{"source": "openstack", "counter_name": "cpu", "counter_type": "cumulative", "counter_unit": "ns", "counter_volume": 5, ' +
    '"user_id": "u1", "project_id": "p1", "resource_id": "r1", "timestamp": "2026-01-02T03:04:05.678901", ' +
    '"resource_metadata": {}, "message_id": "11111111-2222-11e5-8888-000000000001"}',
  '19.0.0':
    '{"source": "openstack", "counter_name": "cpu", "counter_type": "cumulative", "counter_unit": "ns", "counter_volume": 5, ' +
    '"user_id": "u1", "project_id": "p1", "resource_id": "r1", "timestamp": "2026-01-02T03:04:05.678901", ' +
    '"resource_metadata": {}, "message_id": "11111111-2222-11e5-8888-000000000001", "monotonic_time": 5.5}',
  head:
    '{"source": "openstack", "counter_name": "cpu", "counter_type": "cumulative", "counter_unit": "ns", "counter_volume": 5, ' +
    '"user_id": "u1", "user_name": null, "project_id": "p1", "project_name": null, "resource_id": "r1", ' +
    '"timestamp": "2026-01-02T03:04:05.678901", "resource_metadata": {}, ' +
    '"message_id": "11111111-2222-11e5-8888-000000000001", "monotonic_time": 5.5}',
};

for (const compat of compats) {
  test(`A message of ${compat} has the fields of that version in their order`, () => {
    assert.equal(messageToJson(meteringMessage(exampleSample(), { compat })), written[compat]);
  });

  test(`The host that sends comes last in a message of ${compat}`, () => {
    const message = meteringMessage(exampleSample(), { compat, publisherId: 'compute-1' });
    assert.equal(messageToJson(message), written[compat].replace(/\}$/, ', "publisher_id": "compute-1"}'));
  });
}

test('Volume and monotonic time are floats where they are in Ceilometer', () => {
  const volumeAndTime = (volume: number, isFloat: boolean, monotonicTime: number | null) => {
    const message = meteringMessage(exampleSample({ volume, isFloat, monotonicTime }), { compat: 'head' });
    return [message.counter_volume, message.monotonic_time];
  };
  assert.deepEqual(volumeAndTime(512, true, 7), [new PythonFloat(512), new PythonFloat(7)]);
  assert.deepEqual(volumeAndTime(512, false, 7.5), [512, 7.5]);
  assert.deepEqual(volumeAndTime(0.5, false, null), [0.5, null]);
});

test('A volume that is not finite is null, for JSON and signature alike', () => {
  for (const volume of [NaN, Infinity, -Infinity]) {
    for (const isFloat of [true, false]) {
      assert.equal(meteringMessage(exampleSample({ volume, isFloat }), { compat: 'head' }).counter_volume, null);
    }
  }
});

test('Metadata is written as it stands, in messages that share it as well', () => {
  const resourceMetadata = { z: 'é', a: { ratio: 0.25, list: ['a', 1, null] }, ok: true };
  for (const name of ['cpu', 'vcpus']) {
    const json = messageToJson(meteringMessage(exampleSample({ name, resourceMetadata }), { compat: 'head' }));
    assert.match(json, new RegExp(`"counter_name": "${name}"`));
    assert.ok(
      json.includes(
        '"resource_metadata": {"z": "\\u00e9", "a": {"ratio": 0.25, "list": ["a", 1, null]}, "ok": true}, ',
      ),
    );
  }
});
