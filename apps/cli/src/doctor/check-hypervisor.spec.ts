import assert from 'node:assert/strict';
import { test } from 'node:test';
import { InspectorError } from '@nephometer/inspector-client';
import { explainUnavailable } from './check-hypervisor.ts';
import type { FindingCode } from './finding.ts';

/** What inspectors say after "is not available: ". */
const rows: readonly [reason: string, code: FindingCode][] = [
  [
    'no libvirt socket at /run/libvirt/virtqemud-sock-ro, /run/libvirt/libvirt-sock-ro: start libvirtd (or virtqemud), or name the socket to use (socketPath, ?socket=)',
    'libvirt-socket-missing',
  ],
  [
    'no access to the libvirt socket /run/libvirt/libvirt-sock: add the user to the group libvirt, or connect read-only (its -ro socket is open to everybody)',
    'libvirt-permission-denied',
  ],
  [
    'polkit did not let this user in: AUTH_POLKIT: authentication unavailable (AUTH_UNAVAILABLE); add the user to the group libvirt, or connect read-only',
    'libvirt-authentication-failed',
  ],
  [
    '/run/libvirt/libvirt-sock-ro wants SASL, which this client does not speak: set auth_unix_ro (or auth_unix_rw) to "none"',
    'libvirt-authentication-failed',
  ],
  [
    'libvirt socket /run/libvirt/libvirt-sock-ro: the file is there but no daemon listens; start libvirtd (or virtqemud)',
    'libvirt-not-listening',
  ],
  [
    'libvirt socket /run/libvirt/libvirt-sock-ro: its queue of waiting clients is full (max_queued_clients); try again later',
    'libvirt-clients-exhausted',
  ],
  ['qemu:///system: not connected to /run/libvirt/libvirt-sock-ro after 10000 ms', 'libvirt-silent'],
  [
    'connection to /run/libvirt/libvirt-sock-ro: the daemon did not answer a keepalive PING for 4001 ms',
    'libvirt-silent',
  ],
  ['AUTH_LIST: the daemon closed the connection', 'hypervisor-unavailable'],
  ['not connected yet', 'hypervisor-unavailable'],
  ['the inspector is stopping', 'hypervisor-unavailable'],
];

for (const [reason, code] of rows) {
  test(`"${reason.slice(0, 70)}" is ${code}`, () => {
    const message = `The hypervisor qemu:///system is not available: ${reason}`;
    const finding = explainUnavailable(new InspectorError('hypervisor-unavailable', 'kvm1', message));
    assert.deepEqual([finding.severity, finding.code], ['problem', code]);
    assert.ok(finding.explanation.includes(`The error: ${message}`));
    assert.ok(finding.checks.length > 0);
  });
}
