import assert from 'node:assert/strict';
import { test } from 'node:test';
import { InstanceStatistics, MissingReason, StatisticsGroup } from '@nephometer/inspector-api';
import { checkErrors } from './check-errors.ts';

const { DISK, VNIC, CPU, PERF } = StatisticsGroup;
const { LIBVIRT_ERROR, UNSUPPORTED } = MissingReason;

test("guests with errors are one warning: each message of libvirt's once, with the groups that lack for it", () => {
  const readings = [
    InstanceStatistics.create({
      id: 'b',
      name: 'web',
      missing: [
        { group: DISK, reason: LIBVIRT_ERROR, detail: 'no such device' },
        { group: DISK, reason: LIBVIRT_ERROR, detail: 'no such device', fields: ['vdb.read_bytes'] },
        { group: VNIC, reason: LIBVIRT_ERROR, detail: 'no such device' },
        { group: CPU, reason: LIBVIRT_ERROR },
        { group: PERF, reason: UNSUPPORTED, detail: 'never mind' },
      ],
    }),
    InstanceStatistics.create({ id: 'a', name: 'db', missing: [{ group: CPU, reason: LIBVIRT_ERROR, detail: 'x' }] }),
    InstanceStatistics.create({ id: 'c', name: 'fine', missing: [{ group: PERF, reason: UNSUPPORTED }] }),
  ];
  const [finding, ...others] = checkErrors({ host: undefined, instances: [], readings });
  assert.deepEqual(others, []);
  assert.deepEqual([finding?.severity, finding?.code], ['warning', 'libvirt-error']);
  assert.equal(finding?.title, '2 guests could not be read whole: libvirt answered with errors');
  assert.deepEqual(finding.explanation, ['db (a): cpu: x', 'web (b): disk, vnic: no such device; cpu: no message']);
  assert.deepEqual(finding.instances, [
    { id: 'a', name: 'db' },
    { id: 'b', name: 'web' },
  ]);
});

test('without errors there is nothing to say', () => {
  assert.deepEqual(checkErrors({ host: undefined, instances: [], readings: [] }), []);
});
