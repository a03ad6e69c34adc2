import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { parseObservation } from './parse-observation.ts';

const sample =
  '{"name": "memory.usage", "type": "gauge", "unit": "MB", "volume": 512.0, "user_id": "u", "project_id": "p", ' +
  '"resource_id": "r", "timestamp": "2026-07-21T13:56:12.000001", "resource_metadata": {"b": 1, "a": null}, ' +
  '"source": "openstack", "id": "i", "monotonic_time": null}';

const message =
  '{"source": "openstack", "counter_name": "memory.usage", "counter_type": "gauge", "counter_unit": "MB", ' +
  '"counter_volume": 512.0, "user_id": "u", "project_id": "p", "resource_id": "r", ' +
  '"timestamp": "2026-07-21T13:56:12.000001", "resource_metadata": {"b": 1, "a": null}, "message_id": "i"}';

const expected = {
  meter: 'memory.usage',
  resourceId: 'r',
  atMs: Date.UTC(2026, 6, 21, 13, 56, 12) + 0.001,
  volume: 512,
  isFloat: true,
  facts: {
    type: 'gauge',
    unit: 'MB',
    userId: 'u',
    projectId: 'p',
    source: 'openstack',
    metadata: { b: 1, a: null },
    isSorted: false,
  },
};

test('a sample and a metering message say the same', () => {
  assert.deepEqual(parseObservation(sample), { observation: expected });
  assert.deepEqual(parseObservation(message), { observation: expected });
});

test('names of users and projects are there only where the line has them', () => {
  const { observation } = parseObservation(sample.replace('"project_id"', '"user_name": "alice", "project_id"'));
  assert.equal(observation?.facts.userName, 'alice');
  assert.ok(observation !== undefined && !('projectName' in observation.facts));
});

test('a line whose keys somebody sorted is known as such', () => {
  const fields = JSON.parse(message) as Record<string, unknown>;
  const sorted = JSON.stringify(Object.fromEntries(Object.entries(fields).sort(([a], [b]) => (a < b ? -1 : 1))));
  assert.equal(parseObservation(sorted).observation?.facts.isSorted, true);
});

for (const [written, isFloat] of [
  ['512', false],
  ['512.0', true],
  ['1e+16', true],
  ['-1', false],
] as const) {
  test(`${written} is ${isFloat ? 'a float' : 'an int'}`, () => {
    assert.equal(parseObservation(sample.replace('512.0', written)).observation?.isFloat, isFloat);
  });
}

for (const [time, atMs] of [
  ['2026-07-21T13:56:12', Date.UTC(2026, 6, 21, 13, 56, 12)],
  ['2026-07-21T13:56:12Z', Date.UTC(2026, 6, 21, 13, 56, 12)],
  ['2026-07-21T13:56:12.5+00:00', Date.UTC(2026, 6, 21, 13, 56, 12, 500)],
  ['2026-07-21 15:56:12+02:00', Date.UTC(2026, 6, 21, 13, 56, 12)],
] as const) {
  test(`${time} is understood`, () => {
    assert.equal(parseObservation(sample.replace('2026-07-21T13:56:12.000001', time)).observation?.atMs, atMs);
  });
}

for (const [line, problem] of [
  ['', 'empty'],
  ['{"name": "cpu", "vol', 'not JSON'],
  ["{'name': 'cpu', 'volume': 1}", 'written by Python, not JSON: add "?json" to the URL of the file publisher'],
  ['[]', 'JSON, but no sample'],
  ['{"event_type": "compute.instance.update", "traits": []}', 'JSON, but no sample'],
  [sample.replace('512.0', 'null'), 'a sample without a number as its volume'],
  [sample.replace('2026-07-21T13:56:12.000001', 'yesterday'), 'a sample without a time'],
] as const) {
  test(`${line.slice(0, 30)}... is no sample: ${problem}`, () => assert.deepEqual(parseObservation(line), { problem }));
}

test('no line makes it throw', () => {
  const line = fc.oneof(
    fc.string({ unit: 'binary' }),
    fc.json(),
    fc.nat(sample.length).map((end) => sample.slice(0, end)),
  );
  fc.assert(
    fc.property(line, (text) => {
      const { observation, problem } = parseObservation(text);
      assert.ok((observation === undefined) !== (problem === undefined));
    }),
  );
});
