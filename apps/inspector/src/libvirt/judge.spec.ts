import assert from 'node:assert/strict';
import { test } from 'node:test';
import { InspectionStatus, Instance, MissingReason, StatisticsGroup } from '@nephometer/inspector-api';
import type { Failure } from './judge.ts';
import { description, judged, missingOf, sizes, traffic, without } from './testing/judged.ts';
import { allGroups, fullRecord, record, recordedRecord } from './testing/records.ts';

const { CPU, VCPU, MEMORY, VNIC, DISK, PERF, IOTHREAD, DIRTY_RATE, MEMORY_BANDWIDTH, HYPERVISOR } = StatisticsGroup;
const { UNSUPPORTED, LIBVIRT_ERROR, MONITOR_HUNG, STUCK_CALLS } = MissingReason;

void test('a domain that has everything misses nothing and is OK', () => {
  const statistics = judged(fullRecord());
  assert.deepEqual([statistics.status, statistics.missing], [InspectionStatus.OK, []]);
});

void test('what this hypervisor cannot tell is UNSUPPORTED, in one entry for each group, and costs nobody the OK', async () => {
  const statistics = judged(await recordedRecord(), {
    groups: new Set([...allGroups].filter((group) => group !== MEMORY)),
  });
  assert.deepEqual(missingOf(statistics), [
    [VCPU, UNSUPPORTED, ['halted']],
    [DISK, UNSUPPORTED, ['errors', 'threshold_bytes', 'source_size_bytes']],
    [PERF, UNSUPPORTED, []],
    [DIRTY_RATE, UNSUPPORTED, ['mib_per_second']],
    [MEMORY_BANDWIDTH, UNSUPPORTED, []],
    [HYPERVISOR, UNSUPPORTED, []],
  ]);
  assert.equal(statistics.status, InspectionStatus.OK);
});

void test('of performance events those that are not enabled are named, or the group if none is', () => {
  const none = without('perf.');
  assert.deepEqual(missingOf(judged(none)), [[PERF, UNSUPPORTED, []]]);
  const one = judged({ ...none, params: [...none.params, ...record({ 'perf.cpu_cycles': 5n }).params] });
  assert.deepEqual([one.missing.length, one.missing[0]?.reason, one.missing[0]?.fields.length], [1, UNSUPPORTED, 21]);
  assert.ok(one.missing[0]?.fields.includes('cpu_clock_ns') && !one.missing[0].fields.includes('cpu_cycles'));
});

void test('a group that the daemon does not know is UNSUPPORTED', () => {
  const groups = new Set([StatisticsGroup.STATE, PERF]);
  const statistics = judged(record({ 'state.state': 1 }), { groups, supported: new Set([StatisticsGroup.STATE]) });
  assert.deepEqual(missingOf(statistics), [[PERF, UNSUPPORTED, []]]);
  assert.equal(statistics.status, InspectionStatus.OK);
});

void test('a group that the daemon knows and does not tell of is UNSUPPORTED', () => {
  assert.deepEqual(
    missingOf(judged(without('cpu.', 'vcpu.', 'balloon.', 'dirtyrate.'))),
    [CPU, VCPU, MEMORY, DIRTY_RATE].map((group) => [group, UNSUPPORTED, []]),
  );
});

void test('an empty list is a true answer where libvirt counted the devices or the description has none', () => {
  assert.deepEqual(judged(without('net.0', 'net.1', 'block.0', 'block.1', 'iothread.')).missing, []);
  assert.deepEqual(judged(without('net.', 'block.')).missing, []);
  const unknown = judged(without('net.', 'block.'), { description: undefined });
  assert.deepEqual(missingOf(unknown), [
    [VNIC, UNSUPPORTED, []],
    [DISK, UNSUPPORTED, []],
  ]);
});

void test('cards without a device on the host have no counters, and that is said', () => {
  const user = Instance.create({
    ...description,
    vnics: [{ mac: '52:54:00:00:00:01', kind: 'user', filterParameters: [] }],
  });
  const statistics = judged(without('net.0', 'net.1'), { description: user });
  assert.deepEqual(missingOf(statistics), [[VNIC, UNSUPPORTED, []]]);
  assert.match(statistics.missing[0]?.detail ?? '', /no card .* has a device on the host/);
});

void test('a second layer of an image chain is not missing what the first one has', () => {
  const layer = { 'block.2.name': 'vd1', 'block.2.capacity': 5n };
  const { domain, params } = fullRecord();
  assert.deepEqual(judged({ domain, params: [...params, ...record(layer).params] }).missing, []);
});

void test('a device that has nothing is named whole, one that has a part by field', () => {
  const disks = { 'block.2.name': 'vdc', 'block.3.name': 'vdd', 'block.3.path': '/x', 'block.3.backingIndex': 1 };
  const { domain, params } = without('net.1.tx.drop', 'block.1.path');
  assert.deepEqual(missingOf(judged({ domain, params: [...params, ...record(disks).params] })), [
    [VNIC, UNSUPPORTED, ['tap1.transmit_drops']],
    [
      DISK,
      UNSUPPORTED,
      [
        'vd1.path',
        'vd1.source_size_bytes',
        'vdc',
        ...[...traffic, 'errors', ...sizes, 'threshold_bytes', 'source_size_bytes'].map((name) => `vdd.${name}`),
      ],
    ],
  ]);
});

void test('virtual CPUs are named by their number, holes and all', () => {
  const statistics = judged(without('vcpu.3.wait', 'vcpu.0.halted', 'vcpu.3.halted'));
  assert.deepEqual(missingOf(statistics), [[VCPU, UNSUPPORTED, ['halted', '3.wait_ns']]]);
  assert.deepEqual(missingOf(judged(without('vcpu.0', 'vcpu.3'))), [[VCPU, UNSUPPORTED, ['vcpus']]]);
});

const failed = (
  group: StatisticsGroup,
  fields: readonly string[] = [],
  reason: MissingReason = LIBVIRT_ERROR,
): Failure => ({
  group,
  reason,
  fields,
  detail: 'no such thing',
});

void test('a failed call is told once, with its message, for what is absent', () => {
  const failures = [failed(MEMORY), failed(MEMORY), failed(DISK, ['vd1.read_requests', 'vd1.read_bytes'])];
  const stats = without('balloon.swap', 'block.1.rd.reqs', 'block.1.rd.bytes', 'block.1.errors');
  const statistics = judged(stats, { failures });
  assert.deepEqual(missingOf(statistics), [
    [MEMORY, LIBVIRT_ERROR, ['swap_in_kib', 'swap_out_kib']],
    [DISK, LIBVIRT_ERROR, ['vd1.read_requests', 'vd1.read_bytes']],
    [DISK, UNSUPPORTED, ['vd1.errors']],
  ]);
  assert.equal(statistics.missing[0]?.detail, 'no such thing');
  assert.equal(statistics.status, InspectionStatus.PARTIAL);
  assert.deepEqual(judged(fullRecord(), { failures }).missing, [], 'what is there is not missing');
});

void test('of a hung domain whole groups are missing since a time, and what is missing for other reasons is not hidden', () => {
  const hung = [CPU, VCPU, MEMORY, DISK, IOTHREAD].map((group) => ({
    ...failed(group, [], MONITOR_HUNG),
    sinceMs: 2000,
  }));
  const stats = without(
    'cpu.user',
    'balloon.',
    'vcpu.0.halted',
    'vcpu.3.halted',
    'block.',
    'iothread.',
    'net.0.rx.drop',
    'perf.',
  );
  const disk = { device: 'vd0', kind: 'disk', sourceType: 'file', readOnly: false };
  const statistics = judged(stats, { failures: hung, description: Instance.create({ ...description, disks: [disk] }) });
  assert.deepEqual(missingOf(statistics), [
    [CPU, MONITOR_HUNG, ['user_ns']],
    [VCPU, MONITOR_HUNG, ['halted']],
    [MEMORY, MONITOR_HUNG, []],
    [VNIC, UNSUPPORTED, ['tap0.receive_drops']],
    [DISK, MONITOR_HUNG, []],
    [PERF, UNSUPPORTED, []],
    [IOTHREAD, MONITOR_HUNG, []],
  ]);
  assert.deepEqual(statistics.missing[0]?.since, { seconds: 2n, nanos: 0 });
  const spared = judged(stats, { failures: hung.map((failure) => ({ ...failure, reason: STUCK_CALLS })) });
  assert.ok(!spared.missing.some(({ group }) => group === DISK), 'the description has no disk that could be missing');
});

void test('a domain that did not even tell its state misses everything for that reason, and is not taken for stopped', () => {
  const nothing = { domain: { name: 'n', uuid: 'u', id: -1 }, params: [] };
  const { status, state, missing } = judged(nothing, {
    failures: [failed(StatisticsGroup.STATE)],
    description: undefined,
  });
  assert.deepEqual([status, state], [InspectionStatus.PARTIAL, undefined]);
  assert.deepEqual(
    missing.map(({ group, reason, fields }) => [group, reason, fields]),
    [...allGroups].map((group) => [group, LIBVIRT_ERROR, []]),
  );
});

void test('devices that could not be asked for, because nobody knows them yet, are no devices that do not exist', () => {
  const { missing, status } = judged(without('net.', 'block.'), { failures: [], description: undefined });
  assert.deepEqual(
    missing.map(({ group, reason }) => [group, reason]),
    [
      [VNIC, LIBVIRT_ERROR],
      [DISK, LIBVIRT_ERROR],
    ],
  );
  assert.equal(status, InspectionStatus.PARTIAL);
});
