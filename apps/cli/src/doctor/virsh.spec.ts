import assert from 'node:assert/strict';
import { test } from 'node:test';
import { virshOf } from './virsh.ts';

const rows: readonly [uri: string, socket: string | undefined, command: string][] = [
  ['', undefined, 'virsh'],
  ['qemu:///system', undefined, 'virsh'],
  ['qemu:///system', '/run/libvirt/libvirt-sock-ro', 'virsh'],
  ['qemu:///system', '/var/run/libvirt/virtqemud-sock-ro', 'virsh'],
  ['qemu+unix:///system?socket=/run/libvirt/libvirt-sock-ro', '/run/libvirt/libvirt-sock-ro', 'virsh'],
  ['lxc:///system', '/run/libvirt/libvirt-sock-ro', 'virsh -c lxc:///system'],
  ['qemu:///system', '/srv/l-sock-ro', "virsh -c 'qemu+unix:///system?socket=/srv/l-sock'"],
  [
    'qemu:///session',
    '/run/user/1000/libvirt/libvirt-sock',
    "virsh -c 'qemu+unix:///session?socket=/run/user/1000/libvirt/libvirt-sock'",
  ],
  ['test:///default', '/srv/l-sock', "virsh -c 'test+unix:///default?socket=/srv/l-sock'"],
  ["odd'; reboot", '/srv/l-sock', String.raw`virsh -c 'odd'\''; reboot'`],
];

for (const [uri, socket, command] of rows) {
  test(`for ${uri || 'an unknown hypervisor'} over ${socket ?? 'an unknown socket'}, it is ${command}`, () => {
    assert.equal(virshOf({ uri, socket }), command);
  });
}

test('where the host is unknown, virsh chooses', () => assert.equal(virshOf(undefined), 'virsh'));
