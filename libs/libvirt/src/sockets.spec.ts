import assert from 'node:assert/strict';
import { test } from 'node:test';
import { LibvirtError } from './error.ts';
import { adminSocketOf, candidateSockets, daemonOf } from './sockets.ts';
import { parseUri } from './uri.ts';

const user = { env: { XDG_RUNTIME_DIR: '/run/user/7' }, homeDirectory: '/home/u', uid: 7 };
const bare = { env: {}, homeDirectory: '/home/u', uid: 7 };
const root = { env: {}, homeDirectory: '/root', uid: 0 };

const table = [
  ['qemu:///system', true, user, ['/run/libvirt/virtqemud-sock-ro', '/run/libvirt/libvirt-sock-ro']],
  ['qemu:///system', false, root, ['/run/libvirt/virtqemud-sock', '/run/libvirt/libvirt-sock']],
  ['qemu:///session', true, user, ['/run/user/7/libvirt/virtqemud-sock', '/run/user/7/libvirt/libvirt-sock']],
  ['qemu:///session', true, bare, ['/home/u/.cache/libvirt/virtqemud-sock', '/home/u/.cache/libvirt/libvirt-sock']],
  ['lxc:///system', true, user, ['/run/libvirt/virtlxcd-sock-ro', '/run/libvirt/libvirt-sock-ro']],
  ['xen:///system', true, user, ['/run/libvirt/virtxend-sock-ro', '/run/libvirt/libvirt-sock-ro']],
  ['test:///default', true, root, ['/run/libvirt/libvirt-sock-ro']],
  ['test:///default', true, user, ['/run/user/7/libvirt/libvirt-sock', '/run/libvirt/libvirt-sock-ro']],
] as const;

for (const [uri, readOnly, where, expected] of table) {
  void test(`${uri} ${readOnly ? 'for reading' : 'for writing'} as user ${where.uid} is looked for at ${expected[0]} first`, () => {
    assert.deepEqual(candidateSockets(parseUri(uri), readOnly, where), expected);
  });
}

for (const [path, daemon] of [
  ['/run/libvirt/libvirt-sock-ro', 'libvirtd'],
  ['/run/libvirt/libvirt-sock', 'libvirtd'],
  ['/run/user/7/libvirt/virtqemud-sock', 'virtqemud'],
  ['/run/libvirt/virtlxcd-sock-ro', 'virtlxcd'],
  ['/tmp/forwarded.sock', 'forwarded.sock'],
] as const) {
  void test(`${path} is the socket of ${daemon}`, () => assert.equal(daemonOf(path), daemon));
}

for (const [path, adminSocket] of [
  ['/run/libvirt/libvirt-sock-ro', '/run/libvirt/libvirt-admin-sock'],
  ['/run/libvirt/libvirt-sock', '/run/libvirt/libvirt-admin-sock'],
  ['/run/user/7/libvirt/virtqemud-sock', '/run/user/7/libvirt/virtqemud-admin-sock'],
  ['/run/libvirt/virtlxcd-sock-ro', '/run/libvirt/virtlxcd-admin-sock'],
  ['/a-sock/b/libvirt-sock', '/a-sock/b/libvirt-admin-sock'],
  ['libvirt-sock', 'libvirt-admin-sock'],
] as const) {
  void test(`beside ${path} the admin socket is ${adminSocket}`, () => assert.equal(adminSocketOf(path), adminSocket));
}

for (const path of ['/tmp/forwarded.sock', '/run/libvirt/-sock', '/run/libvirt-sock/x', '']) {
  void test(`beside "${path}" no admin socket is known`, () => {
    assert.throws(
      () => adminSocketOf(path),
      (error) => error instanceof LibvirtError && error.code === 'invalid-argument' && error.message.includes(path),
    );
  });
}
