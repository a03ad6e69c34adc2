import assert from 'node:assert/strict';
import { readFile } from 'node:fs/promises';
import { test } from 'node:test';
import {
  InspectionStatus,
  Instance,
  InstanceState,
  MissingReason,
  StatisticsGroup,
  VcpuState,
} from '@nephometer/inspector-api';
import type { InstanceStatistics } from '@nephometer/inspector-api';
import type { DomainStats, TypedParam } from '@nephometer/libvirt';
import { groupRows } from './groups.ts';
import { mapRecord } from './map-record.ts';
import type { RecordContext } from './map-record.ts';

const all = new Set(groupRows.map(({ group }) => group));
const description = Instance.create({ id: 'u', balloon: { model: 'virtio', statsPeriodSeconds: 10 } });

async function recorded(): Promise<DomainStats> {
  const text = await readFile(new URL('../../testdata/bulk-record.json', import.meta.url), 'utf8');
  const long = (param: { type: string; value: unknown }) =>
    /long$/.test(param.type) ? BigInt(String(param.value)) : param.value;
  const { domain, params } = JSON.parse(text) as { domain: DomainStats['domain']; params: TypedParam[] };
  return { domain, params: params.map((param) => ({ ...param, value: long(param) }) as TypedParam) };
}

function record(fields: Readonly<Record<string, bigint | number | string>>, id = 7): DomainStats {
  const params = Object.entries(fields).map(([name, value]): TypedParam => {
    if (typeof value === 'bigint') return { name, type: 'ullong', value };
    return typeof value === 'number' ? { name, type: 'int', value } : { name, type: 'string', value };
  });
  return { domain: { name: 'n', uuid: 'u', id }, params };
}

function map(stats: DomainStats, context: Partial<RecordContext> = {}): InstanceStatistics {
  return mapRecord(stats, { groups: all, supported: all, description, ...context });
}

const missingOf = ({ missing }: InstanceStatistics): unknown[] =>
  missing.map(({ group, reason, fields }) => [group, reason, fields]);

void test('the recorded record of a running domain becomes typed fields, and only the rest is named', async () => {
  const statistics = map(await recorded());
  assert.equal(statistics.state, InstanceState.RUNNING);
  assert.equal(statistics.stateReason, 'booted');
  assert.deepEqual(statistics.cpu, {
    timeNs: 470000000n,
    userNs: 340000000n,
    systemNs: 130000000n,
    haltpollSuccessNs: 0n,
    haltpollFailNs: 0n,
  });
  assert.deepEqual(statistics.vcpuCount, { current: 1, maximum: 2 });
  assert.deepEqual(statistics.vcpus, [
    { number: 0, state: VcpuState.RUNNING, timeNs: 210000000n, waitNs: 0n, delayNs: 98176530n },
  ]);
  assert.deepEqual(statistics.memory, {
    currentKib: 16384n,
    maximumKib: 16384n,
    lastUpdateSeconds: 0n,
    residentKib: 41044n,
  });
  assert.deepEqual(statistics.disks, [
    {
      index: 0,
      device: 'vda',
      path: '/srv/vectors/disk.qcow2',
      backingIndex: 1,
      readRequests: 1n,
      readBytes: 512n,
      readTimeNs: 99151n,
      writeRequests: 0n,
      writeBytes: 0n,
      writeTimeNs: 0n,
      flushRequests: 0n,
      flushTimeNs: 0n,
      allocationBytes: 0n,
      capacityBytes: 8388608n,
      physicalBytes: 200704n,
    },
  ]);
  assert.deepEqual(statistics.vnics, []);
  assert.deepEqual(statistics.iothreads, [{ id: 1, pollMaxNs: 32768n, pollGrow: 0, pollShrink: 0 }]);
  assert.deepEqual(statistics.dirtyRate, {
    status: 0,
    startTimeSeconds: 0n,
    periodSeconds: 0,
    mode: 'page-sampling',
    vcpus: [],
  });
  assert.deepEqual(statistics.other, [{ name: 'cpu.cache.monitor.count', value: { $case: 'unsigned', value: 0n } }]);
  assert.equal(statistics.status, InspectionStatus.PARTIAL);
  assert.deepEqual(
    statistics.missing.map(({ group, reason }) => [group, reason]),
    [[StatisticsGroup.MEMORY, MissingReason.BALLOON_OFF]],
  );
});

void test('values without a field keep their type and all their bits', () => {
  const params: TypedParam[] = [
    { name: 'vm.exits.sum', type: 'ullong', value: 2n ** 64n - 1n },
    { name: 'vm.signed', type: 'llong', value: -(2n ** 63n) },
    { name: 'vm.small', type: 'int', value: -1 },
    { name: 'vm.share', type: 'double', value: 0.5 },
    { name: 'vcpu.0.halt.cur', type: 'boolean', value: true },
    { name: 'block.0.limits.iov_max', type: 'uint', value: 1024 },
    { name: 'brand.new', type: 'string', value: 'x' },
    { name: 'net.0.rx.bytes', type: 'llong', value: -1n },
    { name: 'net.99999999999.rx.bytes', type: 'ullong', value: 1n },
    { name: 'balloon.constructor', type: 'ullong', value: 1n },
    { name: 'nodots', type: 'ullong', value: 1n },
  ];
  const { other, vnics } = map({ domain: { name: 'n', uuid: 'u', id: 1 }, params });
  assert.deepEqual(other, [
    { name: 'vm.exits.sum', value: { $case: 'unsigned', value: 2n ** 64n - 1n } },
    { name: 'vm.signed', value: { $case: 'signed', value: -(2n ** 63n) } },
    { name: 'vm.small', value: { $case: 'signed', value: -1n } },
    { name: 'vm.share', value: { $case: 'number', value: 0.5 } },
    { name: 'vcpu.0.halt.cur', value: { $case: 'truth', value: true } },
    { name: 'block.0.limits.iov_max', value: { $case: 'unsigned', value: 1024n } },
    { name: 'brand.new', value: { $case: 'text', value: 'x' } },
    { name: 'net.0.rx.bytes', value: { $case: 'signed', value: -1n } },
    { name: 'net.99999999999.rx.bytes', value: { $case: 'unsigned', value: 1n } },
    { name: 'balloon.constructor', value: { $case: 'unsigned', value: 1n } },
    { name: 'nodots', value: { $case: 'unsigned', value: 1n } },
  ]);
  assert.deepEqual(vnics, []);
});

void test('named values of groups that were not asked for are left out', () => {
  const groups = new Set([StatisticsGroup.CPU]);
  const { other } = map(record({ 'state.state': 1, 'vm.x': 1n, 'cpu.new': 2n }), { groups });
  assert.deepEqual(
    other.map(({ name }) => name),
    ['cpu.new'],
  );
});

const healthy = { 'state.state': 1, 'balloon.available': 9n, 'balloon.unused': 1n, 'balloon.rss': 5n };

void test('a domain that has all it can have is OK', () => {
  const statistics = map(record({ ...healthy, 'block.0.name': 'vda', 'block.0.rd.reqs': 1n }));
  assert.deepEqual([statistics.status, statistics.missing], [InspectionStatus.OK, []]);
});

void test('an empty cdrom and a second layer of an image chain are not missing anything', () => {
  const disks = { 'block.0.name': 'sda', 'block.0.rd.reqs': 0n, 'block.1.name': 'sda', 'block.1.capacity': 5n };
  assert.equal(map(record({ ...healthy, ...disks })).status, InspectionStatus.OK);
});

void test('a domain whose job is held is PARTIAL with JOB_BUSY for what needs the job, and nothing else', () => {
  const statistics = map(record({ 'state.state': 1, 'cpu.time': 1n, 'balloon.current': 2n, 'block.0.name': 'vda' }));
  assert.equal(statistics.status, InspectionStatus.PARTIAL);
  assert.deepEqual(new Set(statistics.missing.map(({ reason }) => reason)), new Set([MissingReason.JOB_BUSY]));
  assert.deepEqual(
    statistics.missing.map(({ group }) => group),
    [
      StatisticsGroup.CPU,
      StatisticsGroup.MEMORY,
      StatisticsGroup.DISK,
      StatisticsGroup.IOTHREAD,
      StatisticsGroup.DIRTY_RATE,
      StatisticsGroup.HYPERVISOR,
    ],
  );
});

void test('without MEMORY and DISK nobody can tell that the job is held, and nothing is claimed', () => {
  const groups = new Set([StatisticsGroup.CPU, StatisticsGroup.VNIC]);
  assert.deepEqual(map(record({ 'state.state': 1, 'cpu.time': 1n }), { groups }).missing, []);
});

void test('one disk without traffic among others is UNSUPPORTED and named', () => {
  const disks = { 'block.0.name': 'vda', 'block.0.rd.reqs': 1n, 'block.1.name': 'vdb' };
  const statistics = map(record({ ...healthy, ...disks }));
  assert.equal(statistics.missing[0]?.reason, MissingReason.UNSUPPORTED);
  assert.ok(statistics.missing[0]?.fields.includes('vdb.read_bytes'));
});

void test('a card without counters is named whole, one without a single counter by that', () => {
  const counters = ['rx.bytes', 'rx.pkts', 'rx.errs', 'rx.drop', 'tx.bytes', 'tx.pkts', 'tx.errs'];
  const cards = Object.fromEntries(counters.map((name) => [`net.2.${name}`, 1n]));
  const statistics = map(record({ ...healthy, 'net.count': 3, 'net.0.name': 'tap0', 'net.2.name': 'tap2', ...cards }));
  assert.deepEqual(missingOf(statistics), [
    [StatisticsGroup.VNIC, MissingReason.UNSUPPORTED, ['tap0', 'tap2.transmit_drops']],
  ]);
});

const balloonCases = [
  { what: 'no balloon', balloon: undefined, reason: MissingReason.BALLOON_OFF },
  {
    what: 'a guest without driver',
    balloon: { model: 'virtio', statsPeriodSeconds: 5 },
    reason: MissingReason.BALLOON_OFF,
  },
  { what: 'period 0', balloon: { model: 'virtio', statsPeriodSeconds: 0 }, reason: MissingReason.BALLOON_PERIOD_ZERO },
] as const;
for (const { what, balloon, reason } of balloonCases) {
  void test(`a guest's own memory numbers are missing for a reason: ${what}`, () => {
    const stats = record({ 'state.state': 1, 'balloon.rss': 5n, 'balloon.last-update': 0n });
    const statistics = map(stats, { description: Instance.create({ id: 'u', balloon }) });
    assert.deepEqual(
      statistics.missing.map(({ group, reason: told }) => [group, told]),
      [[StatisticsGroup.MEMORY, reason]],
    );
    assert.equal(statistics.memory?.residentKib, 5n);
  });
}

void test("an inactive domain is SHUT_OFF and does not get the daemon's CPU time", () => {
  const off = record(
    { 'state.state': 5, 'state.reason': 2, 'cpu.time': 99n, 'block.0.name': 'vda', 'block.0.capacity': 7n },
    -1,
  );
  const statistics = map(off);
  assert.deepEqual(
    [statistics.status, statistics.state, statistics.stateReason],
    [InspectionStatus.SHUT_OFF, InstanceState.SHUT_OFF, 'destroyed'],
  );
  assert.equal(statistics.cpu, undefined);
  assert.equal(statistics.disks[0]?.capacityBytes, 7n);
  assert.ok(statistics.missing.every(({ reason }) => reason === MissingReason.NOT_RUNNING));
  assert.deepEqual(statistics.other, []);
});

void test('a group that the daemon does not know is UNSUPPORTED', () => {
  const groups = new Set([StatisticsGroup.STATE, StatisticsGroup.PERF]);
  const statistics = map(record({ 'state.state': 1 }), { groups, supported: new Set([StatisticsGroup.STATE]) });
  assert.deepEqual(missingOf(statistics), [[StatisticsGroup.PERF, MissingReason.UNSUPPORTED, []]]);
});

void test('a failed call is told once, with its message', () => {
  const failures = [
    { group: StatisticsGroup.MEMORY, reason: MissingReason.LIBVIRT_ERROR, fields: [], detail: 'no such thing' },
  ];
  const statistics = map(record({ 'state.state': 1 }), { failures });
  assert.deepEqual(
    statistics.missing.map(({ group, detail }) => [group, detail]),
    [[StatisticsGroup.MEMORY, 'no such thing']],
  );
});

void test('a state newer than this version is NO_STATE', () => {
  assert.equal(map(record({ ...healthy, 'state.state': 42 })).state, InstanceState.NO_STATE);
});
