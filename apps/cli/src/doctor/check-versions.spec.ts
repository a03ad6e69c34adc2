import assert from 'node:assert/strict';
import { test } from 'node:test';
import { Host, StatisticsGroup } from '@nephometer/inspector-api';
import { checkVersions } from './check-versions.ts';
import type { FindingCode } from './finding.ts';

const allGroups = Object.values(StatisticsGroup).filter((group) => group > 0);
const modern = Host.create({
  driver: 'libvirt',
  hypervisorType: 'QEMU',
  libvirtVersion: '11.0.0',
  inspectorVersion: '0.1.0',
  supportedGroups: allGroups,
});

const rows: readonly [what: string, host: Partial<Host>, codes: readonly FindingCode[]][] = [
  ['an inspector as old as this command on a new libvirt', {}, []],
  ['an older inspector', { inspectorVersion: '0.0.9' }, ['version-differs']],
  ['the last libvirt that fails whole readings', { libvirtVersion: '10.10.0' }, ['libvirt-repeats-reads']],
  ['a libvirt of this major version', { libvirtVersion: '11.10.0' }, []],
  ['an old libvirt that has no QEMU', { libvirtVersion: '9.0.0', hypervisorType: 'TEST' }, []],
  ['a hypervisor without libvirt', { libvirtVersion: undefined, supportedGroups: [] }, []],
  ['a driver that gives less', { supportedGroups: allGroups.slice(0, -1) }, ['groups-unsupported']],
];

for (const [what, host, codes] of rows) {
  test(`${what}: ${codes.join(', ') || 'nothing to say'}`, () => {
    const findings = checkVersions({ ...modern, ...host }, '0.1.0');
    assert.deepEqual(
      findings.map(({ code, severity }) => [code, severity]),
      codes.map((code) => [code, 'note']),
    );
  });
}

test('a group that a newer libvirt would give is named with that version', () => {
  const supportedGroups = allGroups.filter(
    (group) => group !== StatisticsGroup.HYPERVISOR && group !== StatisticsGroup.DIRTY_RATE,
  );
  const [, finding] = checkVersions({ ...modern, libvirtVersion: '8.0.0', supportedGroups }, '0.1.0');
  assert.equal(
    finding?.title,
    'some statistics do not exist on this host: dirty rate, hypervisor (needs libvirt 8.9.0)',
  );
});
