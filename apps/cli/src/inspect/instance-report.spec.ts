import assert from 'node:assert/strict';
import { test } from 'node:test';
import {
  InspectionStatus,
  Instance,
  InstanceState,
  InstanceStatistics,
  MissingReason,
  StatisticsGroup,
  VcpuState,
  timestampFromMs,
} from '@nephometer/inspector-api';
import { instanceReport } from './instance-report.ts';

const instance = Instance.create({
  id: 'a75c2fa5-6c03-45a8-bbf7-b993cfcdec27',
  name: 'instance-0000002a',
  state: InstanceState.RUNNING,
  stateReason: 'booted',
  vcpusCurrent: 2,
  vcpusMaximum: 4,
  memoryCurrentKib: 524_288n,
  memoryMaximumKib: 524_288n,
  osType: 'hvm',
  architecture: 'x86_64',
  balloon: { model: 'virtio', statsPeriodSeconds: 10 },
  nova: {
    name: 'web',
    flavor: { name: 'm1.tiny' },
    owner: { projectId: 'd99c', projectName: 'demo', userId: 'a1f4' },
    creationTime: '2026-07-21 13:56:12',
  },
  disks: [{ device: 'vda', kind: 'disk', bus: 'virtio', sourceType: 'file', source: '/var/lib/x', readOnly: true }],
  vnics: [{ device: 'tap0', mac: 'fa:16:3e:00:00:01', kind: 'bridge', model: 'virtio', bridge: 'br-int' }],
});

const statistics = InstanceStatistics.create({
  id: instance.id,
  name: instance.name,
  status: InspectionStatus.PARTIAL,
  state: InstanceState.RUNNING,
  stateReason: 'unpaused',
  cpu: { timeNs: 9_007_199_254_740_993n, haltpollSuccessNs: 0n },
  vcpuCount: { current: 2, maximum: 4 },
  vcpus: [{ number: 1, state: VcpuState.BLOCKED, timeNs: 1500n, halted: true }],
  memory: { currentKib: 524_288n, majorFaults: 12_345n, lastUpdateSeconds: 0n },
  disks: [{ device: 'vda', path: '/var/lib/x', readBytes: 1536n, readRequests: 3n }],
  other: [
    { name: 'vm.exits.sum', value: { $case: 'unsigned', value: 18_446_744_073_709_551_615n } },
    { name: 'vm.on', value: { $case: 'truth', value: true } },
  ],
  missing: [
    {
      group: StatisticsGroup.MEMORY,
      reason: MissingReason.BALLOON_OFF,
      fields: ['usable_kib', 'unused_kib'],
      since: timestampFromMs(1_784_642_172_000),
    },
    { group: StatisticsGroup.VNIC, reason: MissingReason.LIBVIRT_ERROR, detail: 'no such\ndevice' },
  ],
});

test('the report has description, reasons for what is missing, and every statistic with its exact value', () => {
  assert.deepEqual(instanceReport(instance, statistics), [
    'Name               instance-0000002a',
    'Id                 a75c2fa5-6c03-45a8-bbf7-b993cfcdec27',
    'Display name       web',
    'State              running (unpaused)',
    'Reading            partial',
    'vCPUs              2 of at most 4',
    'Memory             512 MiB (524288 KiB)',
    'System             hvm x86_64',
    'Balloon            virtio, the guest is asked every 10 s',
    'Flavor             m1.tiny',
    'Project            demo (d99c)',
    'User               a1f4',
    'Created            2026-07-21 13:56:12 UTC',
    'Disk vda           disk on virtio, file /var/lib/x, read only',
    'Network card tap0  fa:16:3e:00:00:01, virtio on bridge, bridge br-int',
    '',
    'Missing',
    '  memory (usable_kib, unused_kib): balloon off since 2026-07-21T13:56:12Z',
    '  vnic: libvirt error: no such\\x0adevice',
    '',
    'CPU',
    '  time              104d 05h (9007199254740993 ns)',
    '  haltpoll success  0 s (0 ns)',
    '  vCPUs current     2',
    '  vCPUs maximum     4',
    '',
    'vCPU 1',
    '  state             blocked',
    '  time              1.50 µs (1500 ns)',
    '  halted            yes',
    '',
    'Memory',
    '  current           512 MiB (524288 KiB)',
    '  major faults      12.3 k (12345)',
    '  last update       never',
    '',
    'Disk vda',
    '  path              /var/lib/x',
    '  read requests     3',
    '  read              1.50 KiB (1536 B)',
    '',
    'Other, under the names of the hypervisor',
    '  vm.exits.sum      18446744073709551615',
    '  vm.on             true',
  ]);
});

test('without a reading there is the description alone', () => {
  const lines = instanceReport(Instance.create({ id: 'x', name: 'n', state: InstanceState.SHUT_OFF }), undefined);
  assert.deepEqual(lines, [
    'Name     n',
    'Id       x',
    'State    shut off',
    'Reading  none',
    'Balloon  none: the guest cannot tell its memory use',
  ]);
});
