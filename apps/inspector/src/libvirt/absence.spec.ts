import assert from 'node:assert/strict';
import { test } from 'node:test';
import { InspectionStatus, Instance, InstanceState, MissingReason, StatisticsGroup } from '@nephometer/inspector-api';
import { description, guestMemory, judged, missingOf, sizes, traffic, without } from './testing/judged.ts';
import { record } from './testing/records.ts';

const { CPU, VCPU, MEMORY, VNIC, DISK, PERF, IOTHREAD, DIRTY_RATE, MEMORY_BANDWIDTH, HYPERVISOR } = StatisticsGroup;
const { UNSUPPORTED, NOT_RUNNING, JOB_BUSY, BALLOON_OFF, BALLOON_PERIOD_ZERO } = MissingReason;

const balloonCases = [
  { what: 'no balloon', balloon: undefined, reason: BALLOON_OFF },
  { what: 'a guest without driver', balloon: { model: 'virtio', statsPeriodSeconds: 5 }, reason: BALLOON_OFF },
  { what: 'period 0', balloon: { model: 'virtio', statsPeriodSeconds: 0 }, reason: BALLOON_PERIOD_ZERO },
] as const;
for (const { what, balloon, reason } of balloonCases) {
  void test(`a guest's own memory numbers are missing for a reason: ${what}`, () => {
    const told = { 'balloon.current': 2n, 'balloon.maximum': 2n, 'balloon.rss': 5n, 'balloon.last-update': 0n };
    const statistics = judged(record({ 'state.state': 1, ...told }), {
      description: Instance.create({ id: 'u', balloon }),
      groups: new Set([MEMORY]),
    });
    assert.deepEqual(missingOf(statistics), [[MEMORY, reason, guestMemory]]);
    assert.equal(statistics.status, InspectionStatus.PARTIAL);
  });
}

void test('what an old balloon driver does not send is UNSUPPORTED', () => {
  const statistics = judged(without('balloon.hugetlb', 'balloon.disk_caches'));
  assert.deepEqual(missingOf(statistics), [
    [MEMORY, UNSUPPORTED, ['disk_caches_kib', 'hugetlb_allocations', 'hugetlb_failures']],
  ]);
  assert.equal(statistics.status, InspectionStatus.OK);
});

/** What libvirt tells of a domain whose job somebody else holds. */
const busy = {
  'state.state': 1,
  'cpu.time': 1n,
  'cpu.user': 1n,
  'cpu.system': 1n,
  'balloon.current': 2n,
  'balloon.maximum': 2n,
  'vcpu.current': 1,
  'vcpu.maximum': 1,
  'vcpu.0.state': 1,
  'vcpu.0.time': 1n,
  'vcpu.0.wait': 1n,
  'vcpu.0.delay': 1n,
  'net.count': 0,
  'block.count': 1,
  'block.0.name': 'vda',
  'block.0.path': '/vda',
  'block.0.backingIndex': 1,
};

void test('of a domain whose job is held everything that needs it is JOB_BUSY, since when if known', () => {
  const statistics = judged(record(busy), { busySinceMs: 1500 });
  assert.equal(statistics.status, InspectionStatus.PARTIAL);
  assert.deepEqual(missingOf(statistics), [
    [CPU, JOB_BUSY, ['haltpoll_success_ns', 'haltpoll_fail_ns']],
    [VCPU, UNSUPPORTED, ['halted']],
    [MEMORY, JOB_BUSY, [...guestMemory.slice(0, 7), 'last_update_seconds', ...guestMemory.slice(7), 'resident_kib']],
    [DISK, JOB_BUSY, [...traffic, ...sizes, 'threshold_bytes']],
    [DISK, UNSUPPORTED, ['errors', 'source_size_bytes']],
    [PERF, UNSUPPORTED, []],
    [IOTHREAD, JOB_BUSY, []],
    [DIRTY_RATE, JOB_BUSY, []],
    [MEMORY_BANDWIDTH, UNSUPPORTED, []],
    [HYPERVISOR, JOB_BUSY, []],
  ]);
  const since = statistics.missing.map(({ reason, since: at }) => [reason, at]);
  for (const [reason, at] of since) {
    assert.deepEqual(at, reason === JOB_BUSY ? { seconds: 1n, nanos: 500_000_000 } : undefined);
  }
});

void test('whether a virtual CPU is halted needs the job where libvirt tells it at all', () => {
  const groups = new Set([VCPU, MEMORY]);
  const mainframe = Instance.create({ ...description, architecture: 's390x' });
  const halted = judged(record(busy), { groups, description: mainframe, busySinceMs: 1 }).missing.find(
    ({ group }) => group === VCPU,
  );
  assert.equal(halted?.reason, JOB_BUSY);
});

void test('what the reader does not know to be busy is not said to be', () => {
  const { missing } = judged(record(busy), { groups: new Set([CPU, VNIC, DISK]) });
  assert.deepEqual(
    missing.map(({ reason }) => reason),
    [UNSUPPORTED, UNSUPPORTED],
  );
});

void test('disks of other processes, which have no counts, are no sign of a held job', () => {
  const disk = { device: 'vda', kind: 'disk', sourceType: 'vhostuser', readOnly: false };
  const groups = new Set([DISK]);
  const statistics = judged(record({ 'state.state': 1, 'block.count': 1, 'block.0.name': 'vda' }), {
    groups,
    description: Instance.create({ ...description, disks: [disk] }),
  });
  assert.deepEqual(missingOf(statistics), [[DISK, UNSUPPORTED, []]]);
  assert.equal(statistics.status, InspectionStatus.OK);
});

void test("an inactive domain is SHUT_OFF, does not get the daemon's CPU time, and says what it lacks for that", () => {
  const off = record(
    {
      'state.state': 5,
      'state.reason': 2,
      'cpu.time': 99n,
      'balloon.current': 1n,
      'balloon.maximum': 1n,
      'vcpu.current': 1,
      'vcpu.maximum': 2,
      'block.count': 1,
      'block.0.name': 'vda',
      'block.0.path': '/vda',
      'block.0.capacity': 7n,
    },
    -1,
  );
  const statistics = judged(off);
  assert.deepEqual(
    [statistics.status, statistics.state, statistics.stateReason],
    [InspectionStatus.SHUT_OFF, InstanceState.SHUT_OFF, 'destroyed'],
  );
  assert.deepEqual([statistics.cpu, statistics.other], [undefined, []]);
  assert.equal(statistics.disks[0]?.capacityBytes, 7n);
  assert.deepEqual(
    missingOf(statistics).filter((entry) => (entry as unknown[])[0] !== MEMORY),
    [
      [CPU, NOT_RUNNING, []],
      [VCPU, NOT_RUNNING, ['vcpus']],
      [DISK, NOT_RUNNING, ['backing_index', ...traffic]],
      [DISK, UNSUPPORTED, ['errors', 'allocation_bytes', 'physical_bytes', 'threshold_bytes', 'source_size_bytes']],
      ...[PERF, IOTHREAD, DIRTY_RATE, MEMORY_BANDWIDTH, HYPERVISOR].map((group) => [group, NOT_RUNNING, []]),
    ],
  );
  assert.ok(statistics.missing.every(({ group, reason }) => group === DISK || reason === NOT_RUNNING));
});
