import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { Instance, InstanceState, MissingReason, StatisticsGroup, VcpuState } from '@nephometer/inspector-api';
import type { InstanceStatistics } from '@nephometer/inspector-api';
import type { DomainStats, TypedParam } from '@nephometer/libvirt';
import { uncovered } from '../statistics/gap.ts';
import { mapRecord } from './map-record.ts';
import type { RecordContext } from './map-record.ts';
import { allGroups, fullRecord, fullSizes, record, recordedRecord } from './testing/records.ts';

const description = Instance.create({ id: 'u', balloon: { model: 'virtio', statsPeriodSeconds: 10 } });

function map(stats: DomainStats, context: Partial<RecordContext> = {}): InstanceStatistics {
  return mapRecord(stats, { groups: allGroups, supported: allGroups, description, sourceSizes: fullSizes, ...context });
}

void test('the recorded record of a running domain becomes typed fields, and only the rest is named', async () => {
  const statistics = map(await recordedRecord());
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
});

void test('values without a field keep their type and all their bits', () => {
  const params: TypedParam[] = [
    { name: 'vm.exits.sum', type: 'ullong', value: 2n ** 64n - 1n },
    { name: 'vm.signed', type: 'llong', value: -(2n ** 63n) },
    { name: 'vm.small', type: 'int', value: -1 },
    { name: 'vm.share', type: 'double', value: 0.5 },
    { name: 'cpu.time', type: 'double', value: Number.NaN },
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
    { name: 'cpu.time', value: { $case: 'number', value: Number.NaN } },
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

void test('a device has no statistics before it has a name', () => {
  const fields = { 'block.0.rd.reqs': 1n, 'block.0.name': 'vda', 'block.0.rd.bytes': 2n, 'block.1.path': '/x' };
  const cards = { 'net.0.name': '', 'net.0.rx.bytes': 3n };
  const { disks, vnics, other } = map(record({ ...fields, ...cards }));
  assert.deepEqual(disks, [{ index: 0, device: 'vda', readBytes: 2n }]);
  assert.deepEqual(vnics, []);
  assert.deepEqual(
    other.map(({ name }) => name),
    ['block.0.rd.reqs', 'block.1.path', 'net.0.name', 'net.0.rx.bytes'],
  );
});

void test('the size of an image is that of its path, and absent for one that was not seen', () => {
  const paths = { 'block.0.name': 'vda', 'block.0.path': '/a', 'block.1.name': 'vdb', 'block.1.path': '/b' };
  const disks = { ...paths, 'block.2.name': 'sda' };
  const sourceSizes = new Map([
    ['/b', 2n ** 53n + 1n],
    ['sda', 7n],
  ]);
  const sizes = map(record(disks), { sourceSizes }).disks.map(({ sourceSizeBytes }) => sourceSizeBytes);
  assert.deepEqual(sizes, [undefined, 2n ** 53n + 1n, undefined]);
  const { missing } = map(record(disks), { sourceSizes });
  const reason = missing.find(({ fields }) => fields.includes('vda.source_size_bytes'))?.reason;
  assert.equal(reason, MissingReason.UNSUPPORTED);
});

const misfits = {
  'a virtual CPU in a state that is not known yet': { 'vcpu.0.state': 9 },
  'a negative number of virtual CPUs': { 'vcpu.current': -1 },
  'a factor above 32 bits': { 'iothread.1.poll-grow': 2n ** 32n },
  'a text for a number': { 'dirtyrate.calc_status': 'measured' },
};
for (const [what, fields] of Object.entries(misfits)) {
  void test(`${what} stays under its own name, and nothing stands in its place`, () => {
    const statistics = map(record(fields));
    assert.deepEqual(
      statistics.other.map(({ name }) => name),
      Object.keys(fields),
    );
    assert.deepEqual(
      [statistics.vcpuCount, statistics.vcpus, statistics.iothreads, statistics.dirtyRate],
      [undefined, [], [], undefined],
    );
  });
}

void test('a state newer than this version is NO_STATE, one that was not told is absent', () => {
  assert.equal(map(record({ 'state.state': 42 })).state, InstanceState.NO_STATE);
  const statistics = map(record({ 'cpu.time': 1n }));
  assert.equal(statistics.state, undefined);
  assert.ok(statistics.missing.some(({ group }) => group === StatisticsGroup.STATE));
});

/** Numbers and texts of the typed part of the answer that came from the record. */
function valuesOf(part: unknown): unknown[] {
  if (Array.isArray(part)) return part.flatMap(valuesOf);
  if (typeof part !== 'object' || part === null) return part === undefined ? [] : [part];
  const places = new Set(['index', 'number', 'id', 'name', 'status', 'missing', 'state', 'stateReason', 'other']);
  return Object.entries(part).flatMap(([key, value]) => (places.has(key) ? [] : valuesOf(value)));
}

const full = fullRecord();
const known = (param: TypedParam): unknown =>
  param.type === 'ullong' || param.type === 'boolean' ? param.value : String(param.value);

void test('the full record has a place for every value, and leaves nothing missing', () => {
  const statistics = map(full);
  assert.deepEqual(statistics.missing, []);
  assert.deepEqual(
    statistics.other.map(({ name }) => name),
    ['memory.bandwidth.monitor.0.node.0.bytes.local', 'vm.exits.sum'],
  );
  const expected = full.params.filter(
    ({ name }) => !/^(state|memory|vm)\.|\.count$|^vcpu\..\.state$/.test(name),
  ).length;
  // The status of a dirty rate measurement is not looked at: other parts have a field of this name.
  assert.equal(valuesOf(statistics).length, expected - 1 + fullSizes.size);
});

const subsets = fc.record({
  params: fc.subarray([...full.params]),
  groups: fc.subarray([...allGroups], { minLength: 1 }),
  supported: fc.subarray([...allGroups]),
  id: fc.constantFrom(-1, 7),
  isDescribed: fc.boolean(),
  failures: fc.option(
    fc.array(
      fc.record({
        group: fc.constantFrom(...allGroups),
        reason: fc.constantFrom(MissingReason.LIBVIRT_ERROR, MissingReason.MONITOR_HUNG),
        fields: fc.subarray([
          'vcpus',
          '0.time_ns',
          'tap0',
          'vd1.read_bytes',
          'read_bytes',
          'gone.errors',
          'swap_in_kib',
        ]),
        detail: fc.constant('x'),
      }),
      { maxLength: 4 },
    ),
    { nil: undefined },
  ),
});

void test('whatever libvirt leaves out, each statistic is there or has a reason, and none is made up', () => {
  fc.assert(
    fc.property(subsets, ({ params, groups, supported, id, isDescribed, failures }) => {
      const wanted = new Set(groups);
      const statistics = map(
        { domain: { ...full.domain, id }, params },
        { groups: wanted, supported: new Set(supported), failures, ...(isDescribed ? {} : { description: undefined }) },
      );
      assert.deepEqual(uncovered(statistics, wanted), []);
      const told = new Set([...params.map(known), ...fullSizes.values()]);
      for (const value of valuesOf(statistics)) {
        const value_ = typeof value === 'number' ? String(value) : value;
        assert.ok(told.has(value_), `${String(value)} is none of the record's values`);
      }
      const entries = statistics.missing.map(({ group, reason, detail }) => `${group} ${reason} ${detail}`);
      if (failures === undefined) assert.equal(new Set(entries).size, entries.length, 'one entry for each reason');
    }),
    { numRuns: 500 },
  );
});
