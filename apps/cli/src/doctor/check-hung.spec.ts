import assert from 'node:assert/strict';
import { test } from 'node:test';
import { Host, InstanceStatistics, MissingReason, StatisticsGroup, timestampFromMs } from '@nephometer/inspector-api';
import { checkHung } from './check-hung.ts';

const hungAt = timestampFromMs(Date.parse('2026-07-21T13:56:12.5Z'));
const host = Host.create({
  driver: 'libvirt',
  uri: 'qemu:///system',
  supportedGroups: [StatisticsGroup.STATE, StatisticsGroup.CPU, StatisticsGroup.MEMORY, StatisticsGroup.DISK],
});

function guest(number: number, reason: MissingReason, name = `vm${number}`): InstanceStatistics {
  return InstanceStatistics.create({
    id: `00000000-0000-4000-8000-${String(number).padStart(12, '0')}`,
    name,
    missing: [
      { group: StatisticsGroup.MEMORY, reason, fields: ['usable_kib'], since: hungAt },
      { group: StatisticsGroup.DISK, reason, since: timestampFromMs(Date.parse('2026-07-21T14:00:00Z')) },
    ],
  });
}

const check = (
  readings: readonly InstanceStatistics[],
  hangProtection?: Host['hangProtection'],
): ReturnType<typeof checkHung> => checkHung({ host: { ...host, hangProtection }, instances: [], readings });

test('a guest that hangs is a problem: since when, what is left of it, what to look at and what to do', () => {
  const [finding, ...others] = check([guest(1, MissingReason.MONITOR_HUNG)]);
  assert.deepEqual(others, []);
  assert.equal(finding?.title, 'guest vm1 (00000000-0000-4000-8000-000000000001) hangs: its QEMU does not answer');
  assert.deepEqual([finding.severity, finding.code], ['problem', 'monitor-hung']);
  assert.equal(
    finding.explanation[0],
    'It hangs since 2026-07-21T13:56:12Z. Still measured: state, cpu, memory in part.',
  );
  assert.equal(finding.checks[0], 'virsh domstate vm1 --reason');
  assert.match(finding.checks[1] ?? '', /pgrep -d, -f '\^\[\^ \]\*qemu\.\* 00000000-0000-4000-8000-000000000001'/);
  assert.match(finding.commands.join('\n'), /^kill -CONT PID.*\nvirsh destroy vm1 /);
  assert.deepEqual(finding.instances, [{ id: '00000000-0000-4000-8000-000000000001', name: 'vm1' }]);
});

test('commands take the id of a guest whose name a shell would read as something else', () => {
  const [finding] = check([guest(1, MissingReason.MONITOR_HUNG, '$(reboot)')]);
  assert.match(finding?.commands.at(-1) ?? '', /^virsh destroy 00000000-0000-4000-8000-000000000001 /);
});

test('a guest that hangs since nobody knows when is said to, and nothing of an unknown host', () => {
  const hung = InstanceStatistics.create({
    id: 'a',
    name: 'a',
    missing: [{ group: StatisticsGroup.MEMORY, reason: MissingReason.MONITOR_HUNG }],
  });
  const [finding] = checkHung({ host: undefined, instances: [], readings: [hung] });
  assert.equal(finding?.explanation[0], 'It hangs since an unknown time.');
});

test('many that hang are ten findings and one for all others, and a hint at what they share', () => {
  const findings = check(Array.from({ length: 13 }, (_, number) => guest(number, MissingReason.MONITOR_HUNG)));
  assert.equal(findings.length, 11);
  assert.match(findings[0]?.explanation[1] ?? '', /^13 guests of this host hang: .*storage/);
  assert.equal(findings.at(-1)?.title, '3 guests more hang');
  assert.equal(new Set(findings.flatMap(({ instances }) => instances.map(({ id }) => id))).size, 13);
});

test('guests that are busy with a job are one note, with the question which job it is', () => {
  const findings = check([guest(2, MissingReason.JOB_BUSY), guest(1, MissingReason.JOB_BUSY)]);
  assert.deepEqual(
    findings.map(({ code, severity, checks }) => [code, severity, checks]),
    [['job-busy', 'note', ['virsh domjobinfo vm1', 'virsh domjobinfo vm2']]],
  );
});

const protections: readonly [stuckCalls: number, maximum: number, sparedGuests: number, found: boolean][] = [
  [0, 4, 0, false],
  [3, 4, 0, false],
  [4, 4, 0, true],
  [4, 4, 2, true],
  [3, 4, 2, true],
  [0, 0, 0, false],
];

for (const [stuckCalls, stuckCallsMaximum, spared, found] of protections) {
  test(`${stuckCalls} of ${stuckCallsMaximum} calls stuck and ${spared} guests spared: ${found ? 'one problem' : 'fine'}`, () => {
    const findings = check(
      Array.from({ length: spared }, (_, number) => guest(number, MissingReason.STUCK_CALLS)),
      { stuckCalls, stuckCallsMaximum, hedgeDeadline: undefined },
    );
    assert.deepEqual(
      findings.map(({ code, severity, instances }) => [code, severity, instances.length]),
      found ? [['stuck-calls-exhausted', 'problem', spared]] : [],
    );
  });
}
