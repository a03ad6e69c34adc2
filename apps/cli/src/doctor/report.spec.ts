import assert from 'node:assert/strict';
import { test } from 'node:test';
import {
  durationFromMs,
  Host,
  InspectInstancesResponse,
  InspectionStatus,
  InstanceStatistics,
  MissingReason,
  StatisticsGroup,
  timestampFromMs,
} from '@nephometer/inspector-api';
import { InspectorError } from '@nephometer/inspector-client';
import { displayWidth } from '../text/display-width.ts';
import type { Answers } from './answers.ts';
import { examine } from './examination.ts';
import type { Examination } from './examination.ts';
import { reportJson } from './report-json.ts';
import { reportLines } from './report.ts';

const plain = (_: string, text: string): string => text;
const allGroups = Object.values(StatisticsGroup).filter((group) => group > 0);

const host = Host.create({
  name: 'kvm1',
  driver: 'libvirt',
  uri: 'qemu:///system',
  daemon: 'libvirtd',
  socket: '/run/libvirt/libvirt-sock-ro',
  hypervisorType: 'QEMU',
  hypervisorVersion: '9.2.0',
  libvirtVersion: '11.0.0',
  inspectorVersion: '0.1.0',
  supportedGroups: allGroups,
  daemonLimits: {
    workersMaximum: 20,
    workersCurrent: 6,
    workersFree: 3,
    priorityWorkers: 5,
    callsQueued: 0,
    clientsMaximum: 5000,
    clientsCurrent: 12,
  },
  hangProtection: { stuckCallsMaximum: 4, stuckCalls: 0, hedgeDeadline: durationFromMs(250) },
});
const whole = [
  InstanceStatistics.create({ id: 'a', name: 'web', status: InspectionStatus.OK }),
  InstanceStatistics.create({ id: 'b', name: 'backup', status: InspectionStatus.SHUT_OFF }),
  InstanceStatistics.create({ id: 'c', name: 'left', status: InspectionStatus.GONE }),
];
const reading = InspectInstancesResponse.create({
  readAt: timestampFromMs(1_784_642_172_123),
  readDuration: durationFromMs(39),
  instances: whole,
});
const healthy: Answers = {
  host: { kind: 'answered', value: host },
  instances: { kind: 'answered', value: [] },
  reading: { kind: 'answered', value: reading },
  clock: { offsetMs: -0.3, roundTripMs: 2 },
};

const examination = (answers: Partial<Answers>): Examination =>
  examine({ target: 'kvm1', tls: false, ownVersion: '0.1.0', answers: { ...healthy, ...answers } });

test('a healthy host: what was measured, what was checked, and that it is fine', () => {
  assert.deepEqual(reportLines(examination({}), plain), [
    'host kvm1: QEMU 9.2.0, libvirt 11.0.0 (qemu:///system), inspector 0.1.0',
    "clock    300 µs behind this machine's, give or take 2.00 ms",
    'daemon   libvirtd, socket /run/libvirt/libvirt-sock-ro',
    'threads  3 of 20 busy, 0 calls queued; 12 of 5000 clients',
    'hangs    0 of 4 calls wait for guests that hang; one that has just hung costs a reading 250 ms at most',
    'reading  2 instances in 39.0 ms',
    '',
    'Nothing needs a hand. Checked: inspector, hypervisor, its daemon, versions, clock, hung guests, guest memory,',
    'other missing statistics, Nova metadata.',
    'no problems, no warnings, no notes; 2 instances, 2 read whole',
  ]);
});

const sick = [
  InstanceStatistics.create({
    id: 'a75c2fa5-6c03-45a8-bbf7-b993cfcdec27',
    name: 'evil\x1b[2J\u202e\nname',
    status: InspectionStatus.PARTIAL,
    missing: [
      { group: StatisticsGroup.MEMORY, reason: MissingReason.BALLOON_PERIOD_ZERO },
      { group: StatisticsGroup.DISK, reason: MissingReason.LIBVIRT_ERROR, detail: 'bad\x07 \x9b0m device' },
    ],
  }),
  InstanceStatistics.create({
    id: '00000000-0000-4000-8000-000000000001',
    name: 'db',
    status: InspectionStatus.PARTIAL,
    missing: [{ group: StatisticsGroup.MEMORY, reason: MissingReason.MONITOR_HUNG }],
  }),
];
const sickReading = { kind: 'answered', value: { ...reading, instances: sick } } as const;
const oldHost = { kind: 'answered', value: { ...host, libvirtVersion: '9.0.0' } } as const;

test('findings come with the worst first, each with mark, explanation, what to look at and what to do', () => {
  const lines = reportLines(examination({ host: oldHost, reading: sickReading }), plain);
  const titles = lines.filter((line) => /^[A-Z]+ {2}/.test(line));
  assert.deepEqual(
    titles.map((line) => line.slice(0, 30)),
    [
      'PROBLEM  guest db (00000000-00',
      'WARNING  1 guest could not be ',
      'WARNING  1 guest is never aske',
      'NOTE  libvirt 9.0.0 fails a wh',
    ],
  );
  assert.ok(lines.includes('  look: virsh domstate db --reason'));
  assert.ok(
    lines.includes('  fix:  virsh dommemstat a75c2fa5-6c03-45a8-bbf7-b993cfcdec27 --period 10 --live'),
    lines.join('\n'),
  );
  assert.equal(lines.at(-1), '1 problem, 2 warnings, 1 note; 2 instances, 0 read whole');
  assert.ok(!lines.some((line) => line.startsWith('Nothing needs')));
});

test('what guests and hypervisors chose themselves reaches a terminal as text only', () => {
  const evilHost = { kind: 'answered', value: { ...host, daemon: 'd\x1b]0;x\x07', socket: '/run/\x1b[2J' } } as const;
  for (const line of reportLines(examination({ host: evilHost, reading: sickReading }), plain)) {
    assert.doesNotMatch(line, /\p{Cc}|\u202e/u);
  }
});

test('in a narrow terminal explanations are broken between words, commands are not', () => {
  const lines = reportLines(examination({ reading: sickReading }), plain, 60);
  const explanations = lines.filter((line) => line.startsWith('  ') && !/^ {2}(?:look|fix): /.test(line));
  assert.ok(explanations.length > 8);
  for (const line of explanations) assert.ok(displayWidth(line) <= 60, line);
  assert.ok(lines.some((line) => line.startsWith('  look: ps -o') && line.length > 60));
});

test('of an inspector that does not answer there is its address and the one finding', () => {
  const error = new InspectorError('deadline', 'kvm1', 'no answer within 15000 ms');
  const failed = { kind: 'failed', error } as const;
  const lines = reportLines(examination({ host: failed, instances: failed, reading: failed, clock: undefined }), plain);
  assert.deepEqual(lines.slice(0, 3), ['inspector kvm1', '', 'PROBLEM  inspector kvm1: no answer in time']);
  assert.equal(lines.at(-1), '1 problem, no warnings, no notes');
});

test('the JSON document has what was measured and every finding whole', () => {
  const { findings, ...rest } = JSON.parse(reportJson(examination({ host: oldHost, reading: sickReading }))) as Record<
    string,
    unknown
  > & { readonly findings: readonly Record<string, unknown>[] };
  assert.deepEqual(rest['clock'], { offsetMs: -0.3, roundTripMs: 2 });
  assert.deepEqual(rest['reading'], {
    readAt: '2026-07-21T13:56:12.123Z',
    readDuration: '0.039s',
    instances: 2,
    readWhole: 0,
  });
  assert.deepEqual([rest['target'], rest['version']], ['kvm1', '0.1.0']);
  assert.deepEqual(
    findings.map(({ code }) => code),
    ['monitor-hung', 'libvirt-error', 'balloon-period-zero', 'libvirt-repeats-reads'],
  );
  for (const finding of findings) {
    assert.deepEqual(Object.keys(finding), [
      'severity',
      'code',
      'title',
      'explanation',
      'checks',
      'commands',
      'instances',
    ]);
  }
});

test('a JSON document without answers has address and findings alone', () => {
  const failed = { kind: 'failed', error: new InspectorError('failed', 'kvm1', 'x') } as const;
  const document = JSON.parse(
    reportJson(examination({ host: failed, instances: failed, reading: failed, clock: undefined })),
  ) as object;
  assert.deepEqual(Object.keys(document), ['target', 'version', 'findings']);
});
