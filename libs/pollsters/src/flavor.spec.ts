import assert from 'node:assert/strict';
import { test } from 'node:test';
import { InspectionStatus, InstanceState, StatisticsGroup } from '@nephometer/inspector-api';
import type { Metadata } from '@nephometer/sample';
import { exampleReading, exampleResource, samplesOf } from './example.ts';
import { flavorRows } from './flavor.ts';
import { pollstersFor } from './pollsters.ts';

const sized = { instance_type: 'm1.tiny', disk_gb: 20, ephemeral_gb: 5, root_gb: 15 };

function volumes(metadata: Metadata, reading = exampleReading()) {
  const resource = { ...exampleResource(), metadata };
  return flavorRows.map(({ name }) => samplesOf(name, reading, { resource })[0]?.volume);
}

test('An instance counts as one, and its flavor tells the sizes of its disks', () => {
  assert.deepEqual(volumes(sized), [1, 15, 5]);
  assert.deepEqual(volumes({ ...sized, ephemeral_gb: 0, root_gb: 0 }), [1, 0, 0]);
});

test('They are there for an instance that is off, and not for one that is gone', () => {
  const off = { status: InspectionStatus.SHUT_OFF, state: InstanceState.SHUT_OFF };
  assert.deepEqual(volumes(sized, exampleReading(off)), [1, 15, 5]);
  assert.deepEqual(volumes(sized, exampleReading({ status: InspectionStatus.GONE })), [
    undefined,
    undefined,
    undefined,
  ]);
});

test('An instance without a flavor has no sizes, rather than zeros', () => {
  assert.deepEqual(volumes({ instance_type: null, ephemeral_gb: 0, root_gb: 0 }), [1, undefined, undefined]);
  assert.deepEqual(volumes({ display_name: 'odd' }), [1, undefined, undefined]);
});

test('They ask for the cheapest group, because asking for none means all of them', () => {
  const names = flavorRows.map(({ name }) => name);
  for (const { needs } of pollstersFor('head').filter(({ name }) => names.includes(name))) {
    assert.deepEqual(needs, [StatisticsGroup.STATE]);
  }
});
