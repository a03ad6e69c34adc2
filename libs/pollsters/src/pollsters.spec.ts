import assert from 'node:assert/strict';
import { test } from 'node:test';
import { InspectionStatus, InstanceState, StatisticsGroup } from '@nephometer/inspector-api';
import { createRegistry } from '@nephometer/plugin';
import { compats } from '@nephometer/sample';
import type { Compat } from '@nephometer/sample';
import { exampleReading, exampleResource, full, volumeOf } from './example.ts';
import { flavorRows } from './flavor.ts';
import { meterNames, pollstersFor } from './pollsters.ts';

const bare = exampleResource({
  disks: [{ device: 'vda', source: '/v/disk' }],
  vnics: [{ device: 'tap0', mac: '52:54:00:00:00:01' }],
});
const resource = { ...bare, metadata: { ...bare.metadata, root_gb: 1, ephemeral_gb: 1 } };

/** The pollsters that gave a sample. */
function metersIn(statistics: Parameters<typeof exampleReading>[0], compat: Compat = 'head'): readonly string[] {
  const [now, before] = [exampleReading({ ...full, ...statistics }, 2000), exampleReading(full, 1000)];
  return pollstersFor(compat).flatMap((pollster) =>
    [...pollster.samples(resource, now, before)].map(() => pollster.name),
  );
}

const flavorNames = flavorRows.map(({ name }) => name);

for (const compat of compats) {
  test(`At ${compat} all meters are there under unique names, and two full readings give each of them`, () => {
    const pollsters = pollstersFor(compat);
    assert.deepEqual([...createRegistry('pollster', pollsters, ({ name }) => name).keys()], meterNames);
    assert.deepEqual(metersIn({}, compat), meterNames);
  });

  test(`At ${compat} an instance that is off gives no more than its flavor, and one that is gone nothing`, () => {
    assert.deepEqual(metersIn({ state: InstanceState.SHUT_OFF }, compat), flavorNames);
    assert.deepEqual(
      metersIn({ status: InspectionStatus.SHUT_OFF, state: InstanceState.SHUT_OFF }, compat),
      flavorNames,
    );
    assert.deepEqual(metersIn({ status: InspectionStatus.GONE }, compat), []);
  });
}

test('Paused and crashed instances are metered like running ones', () => {
  assert.deepEqual(metersIn({ state: InstanceState.PAUSED }), meterNames);
  assert.deepEqual(metersIn({ state: InstanceState.CRASHED }), meterNames);
});

test('The power state is the number libvirt gives it, and none if it is not known', () => {
  assert.equal(volumeOf('power.state', { state: InstanceState.NO_STATE }), 0);
  assert.equal(volumeOf('power.state', { state: InstanceState.PM_SUSPENDED }), 7);
  assert.equal(volumeOf('power.state', { state: InstanceState.UNSPECIFIED }), undefined);
});

test('Performance events that are not enabled give nothing', () => {
  assert.equal(volumeOf('perf.instructions', {}), undefined);
  assert.equal(volumeOf('perf.instructions', { perf: { cpuCycles: 1n } }), undefined);
  assert.equal(volumeOf('perf.instructions', { perf: { instructions: 0n } }), 0);
});

test('A meter needs each group that its samples change with', () => {
  const groups: readonly (readonly [StatisticsGroup, Parameters<typeof exampleReading>[0]])[] = [
    [StatisticsGroup.CPU, { cpu: { timeNs: 999_000n } }],
    [StatisticsGroup.VCPU, { vcpuCount: { current: 2 } }],
    [StatisticsGroup.DISK, { disks: [] }],
    [StatisticsGroup.VNIC, { vnics: [] }],
    [StatisticsGroup.PERF, { perf: {} }],
    [StatisticsGroup.MEMORY, { memory: {} }],
  ];
  // As if of a guest that was restarted since, so that the CPU time matters to those who look for that.
  const before = exampleReading({ ...full, cpu: { timeNs: 500n } }, 1000);
  for (const compat of compats) {
    for (const pollster of pollstersFor(compat)) {
      const samples = (changed: Parameters<typeof exampleReading>[0]): string =>
        JSON.stringify([...pollster.samples(resource, exampleReading({ ...full, ...changed }, 2000), before)]);
      for (const [group, changed] of groups) {
        const isRead = samples(changed) !== samples({});
        assert.ok(!isRead || pollster.needs.includes(group), `${pollster.name} at ${compat} reads ${group}`);
      }
    }
  }
});

test('The same arguments give the same samples', () => {
  const reading = () => exampleReading(full, 2000);
  for (const pollster of pollstersFor('head')) {
    assert.deepEqual([...pollster.samples(resource, reading())], [...pollster.samples(resource, reading())]);
  }
});

test('Samples of one disk share their metadata, whoever made the pollsters', () => {
  const one = () =>
    pollstersFor('head')
      .filter(({ name }) => name.startsWith('disk.device.'))
      .flatMap((pollster) => [...pollster.samples(resource, exampleReading(full, 2000))]);
  assert.equal(new Set([...one(), ...one()].map(({ resourceMetadata }) => resourceMetadata)).size, 1);
});
