import assert from 'node:assert/strict';
import { test } from 'node:test';
import { compats } from './compat.ts';
import { createJsonWriter } from './sample-json.ts';
import type { DictWriter } from './sample-dict.ts';
import { createSample } from './sample.ts';
import type { Sample } from './sample.ts';

const sample = createSample({
  meter: { name: 'cpu', type: 'cumulative', unit: 'ns' },
  volume: 5,
  resource: { id: 'r1', userId: 'u1', projectId: null, metadata: { display_name: 'web' } },
  stamp: { timestamp: 't1', monotonicTime: 5, source: 'openstack', nextId: () => 'id-1' },
});

const write = (writer: DictWriter, one: Sample): string => writer.head(one) + writer.metadata(one) + writer.tail(one);

test('The fields are those of the version', () => {
  const before = '{"name": "cpu", "type": "cumulative", "unit": "ns", "volume": 5';
  const after =
    '"resource_id": "r1", "timestamp": "t1", "resource_metadata": {"display_name": "web"}, "source": "openstack", "id": "id-1"';
  assert.deepEqual(
    compats.map((compat) => write(createJsonWriter(compat), sample)),
    [
      `${before}, "user_id": "u1", "project_id": null, ${after}}`,
      `${before}, "user_id": "u1", "project_id": null, ${after}, "monotonic_time": 5.0}`,
      `${before}, "user_id": "u1", "user_name": null, "project_id": null, "project_name": null, ${after}, "monotonic_time": 5.0}`,
    ],
  );
});

test('What a sample says is written whatever the sample before it said', () => {
  const variants: readonly Partial<Sample>[] = [
    { name: 'memory' },
    { type: 'gauge' },
    { unit: 's' },
    { volume: 5.5 },
    { isFloat: true },
    { userId: null },
    { userName: 'U' },
    { projectId: 'p1' },
    { projectName: 'P' },
    { resourceId: 'r2' },
    { timestamp: 't2' },
    { resourceMetadata: {} },
    { source: 'other' },
    { id: 'id-2' },
    { monotonicTime: null },
  ];
  const kept = createJsonWriter('head');
  for (const variant of variants) {
    for (const one of [sample, { ...sample, ...variant }]) {
      assert.equal(write(kept, one), write(createJsonWriter('head'), one));
    }
    assert.notEqual(write(kept, { ...sample, ...variant }), write(kept, sample), Object.keys(variant).join());
  }
  kept.head(sample);
  assert.match(kept.tail({ ...sample, source: 'other' }), /"source": "other"/);
});

test('Meters without end are written rightly, too', () => {
  const writer = createJsonWriter('head');
  for (let number = 0; number < 2500; number += 1) {
    assert.ok(writer.head({ ...sample, name: `m${number}` }).startsWith(`{"name": "m${number}", "type": "cumulative"`));
  }
});
