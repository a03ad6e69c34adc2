import assert from 'node:assert/strict';
import { test } from 'node:test';
import { Host, Instance, InstanceStatistics, MissingReason, StatisticsGroup } from '@nephometer/inspector-api';
import { checkMemory } from './check-memory.ts';
import type { Finding } from './finding.ts';

const host = Host.create({ driver: 'libvirt', uri: 'qemu:///system' });

interface Guest extends Partial<Instance> {
  readonly id: string;
  readonly reason: MissingReason;
}

function check(guests: readonly Guest[], described = true): Finding[] {
  return checkMemory({
    host,
    instances: described ? guests.map(({ reason: _, ...rest }) => Instance.create({ name: rest.id, ...rest })) : [],
    readings: guests.map(({ id, name = id, reason }) =>
      InstanceStatistics.create({ id, name, missing: [{ group: StatisticsGroup.MEMORY, reason }] }),
    ),
  });
}

const virtio = { model: 'virtio', statsPeriodSeconds: 0 };

test('guests that are never asked are one warning, with a command for each of the first ten', () => {
  const guests = Array.from({ length: 12 }, (_, number) => ({
    id: `vm${String(number).padStart(2, '0')}`,
    reason: MissingReason.BALLOON_PERIOD_ZERO,
    balloon: virtio,
  }));
  const [finding, ...others] = check(guests);
  assert.deepEqual(others, []);
  assert.deepEqual([finding?.severity, finding?.code], ['warning', 'balloon-period-zero']);
  assert.equal(finding?.title, '12 guests are never asked for their memory use');
  assert.equal(finding.commands.length, 10);
  assert.equal(finding.commands[0], 'virsh dommemstat vm00 --period 10 --live');
  assert.equal(finding.explanation.at(-1), 'and 2 more (--json names them all)');
  assert.equal(finding.instances.length, 12);
  assert.doesNotMatch(finding.explanation.join(), /nova\.conf/);
});

test("where Nova made such a guest, Nova's setting for the guests to come is named", () => {
  const guest = { id: 'a', reason: MissingReason.BALLOON_PERIOD_ZERO, balloon: virtio, nova: {} };
  assert.match(check([guest])[0]?.explanation.join() ?? '', /nova\.conf.*mem_stats_period_seconds = 10/);
});

test('a guest without the device is told apart from one without the driver; both are notes', () => {
  const off = { reason: MissingReason.BALLOON_OFF };
  const findings = check([
    { id: 'no-device', ...off },
    { id: 'model-none', ...off, balloon: { model: 'none', statsPeriodSeconds: 0 } },
    { id: 'no-driver', ...off, balloon: { model: 'virtio', statsPeriodSeconds: 10 } },
  ]);
  assert.deepEqual(
    findings.map(({ code, severity, instances }) => [code, severity, instances.map(({ id }) => id)]),
    [
      ['balloon-absent', 'note', ['model-none', 'no-device']],
      ['balloon-silent', 'note', ['no-driver']],
    ],
  );
});

test('of a guest that is not described nobody claims that the device is not there', () => {
  const findings = check([{ id: 'a', reason: MissingReason.BALLOON_OFF }], false);
  assert.deepEqual(
    findings.map(({ code }) => code),
    ['balloon-silent'],
  );
});

test('guests that are off, or cannot tell it, are no finding', () => {
  const reasons = [MissingReason.NOT_RUNNING, MissingReason.UNSUPPORTED];
  assert.deepEqual(check(reasons.map((reason) => ({ id: String(reason), reason }))), []);
});
