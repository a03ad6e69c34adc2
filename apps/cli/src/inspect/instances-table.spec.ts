import assert from 'node:assert/strict';
import { test } from 'node:test';
import {
  InspectionStatus,
  Instance,
  InstanceState,
  InstanceStatistics,
  MissingReason,
  StatisticsGroup,
} from '@nephometer/inspector-api';
import { instancesTable } from './instances-table.ts';

const web = Instance.create({
  id: 'a75c2fa5-6c03-45a8-bbf7-b993cfcdec27',
  name: 'instance-0000002a',
  state: InstanceState.RUNNING,
  nova: { name: '東京-web' },
});
const webRead = InstanceStatistics.create({
  id: web.id,
  name: web.name,
  status: InspectionStatus.OK,
  state: InstanceState.RUNNING,
  cpu: { timeNs: 245_000_000_000n },
  vcpuCount: { current: 2 },
  memory: { currentKib: 2_097_152n, availableKib: 2_000_000n, usableKib: 1_000_000n, residentKib: 900_000n },
  disks: [
    { device: 'vda', readBytes: 1024n, writeBytes: 4096n },
    { device: 'vdb', readBytes: 1024n },
  ],
  vnics: [{ device: 'tap0', receiveBytes: 0n, transmitBytes: 10n }],
});
const off = Instance.create({
  id: '00000000-0000-4000-8000-000000000001',
  name: 'backup',
  state: InstanceState.SHUT_OFF,
  vcpusCurrent: 1,
  memoryCurrentKib: 16_384n,
});
const offRead = InstanceStatistics.create({
  id: off.id,
  name: off.name,
  status: InspectionStatus.SHUT_OFF,
  state: InstanceState.SHUT_OFF,
  missing: [
    { group: StatisticsGroup.CPU, reason: MissingReason.NOT_RUNNING },
    { group: StatisticsGroup.VNIC, reason: MissingReason.NOT_RUNNING },
    { group: StatisticsGroup.VNIC, reason: MissingReason.NOT_RUNNING },
  ],
});

test('instances are listed by name, devices summed, what was not read is a dash and not a zero', () => {
  assert.deepEqual(instancesTable([web, off], [webRead, offRead]), [
    'NAME               DISPLAY NAME  STATE     VCPUS  CPU TIME  MEM USED  RESIDENT    MEMORY  DISK READ  DISK WRITE  NET RX  NET TX  STATUS',
    'backup             -             shut off      1         -         -         -  16.0 MiB          -           -       -       -  shut off',
    'instance-0000002a  東京-web      running       2    4m 05s   977 MiB   879 MiB  2.00 GiB   2.00 KiB    4.00 KiB     0 B    10 B  ok',
  ]);
});

test('in a narrow terminal columns are left out and named', () => {
  const [titles = '', row = '', ...rest] = instancesTable([web], [webRead], 80);
  assert.match(titles, /^NAME +DISPLAY NAME +STATE +VCPUS +CPU TIME +MEM USED +MEMORY +STATUS$/);
  assert.ok(titles.length <= 80 && row.length <= 80);
  assert.deepEqual(rest, [
    '',
    'No room for: RESIDENT, DISK READ, DISK WRITE, NET RX, NET TX. A wider terminal, a pipe or --json has them.',
  ]);
});

test('an instance that was described and not read, or read and not described, is still shown', () => {
  const lines = instancesTable([web], [offRead]);
  assert.match(lines[1] ?? '', /^backup .* shut off/);
  assert.match(lines[2] ?? '', /^instance-0000002a .* not read$/);
});

test('a name cannot reach the terminal as more than text', () => {
  const evil = Instance.create({ ...web, nova: { name: '\x1b[2J\nroot' } });
  assert.match(instancesTable([evil], [webRead])[1] ?? '', / \\x1b\[2J\\x0aroot /);
});
