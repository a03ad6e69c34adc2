import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { LibvirtError } from './error.ts';
import { parseUri } from './uri.ts';

const understood = [
  ['qemu:///system', { driver: 'qemu', scope: 'system', openName: 'qemu:///system', socketPath: undefined }],
  ['qemu:///session', { driver: 'qemu', scope: 'session', openName: 'qemu:///session', socketPath: undefined }],
  ['QEMU:/system', { driver: 'qemu', scope: 'system', openName: 'qemu:///system', socketPath: undefined }],
  ['qemu+unix:///system', { driver: 'qemu', scope: 'system', openName: 'qemu:///system', socketPath: undefined }],
  [
    'qemu+unix://localhost/system',
    { driver: 'qemu', scope: 'system', openName: 'qemu:///system', socketPath: undefined },
  ],
  [
    'qemu+unix:///session?socket=/tmp/a+b%20c',
    { driver: 'qemu', scope: 'session', openName: 'qemu:///session', socketPath: '/tmp/a+b c' },
  ],
  ['test:///default', { driver: 'test', scope: 'any', openName: 'test:///default', socketPath: undefined }],
  ['test:///abs/a%20b.xml', { driver: 'test', scope: 'any', openName: 'test:///abs/a%20b.xml', socketPath: undefined }],
  [
    'test+unix:///default?x=1&socket=/s&y=2',
    { driver: 'test', scope: 'any', openName: 'test:///default?x=1&y=2', socketPath: '/s' },
  ],
  ['lxc:///', { driver: 'lxc', scope: 'system', openName: 'lxc:///', socketPath: undefined }],
  ['xen:///system', { driver: 'xen', scope: 'system', openName: 'xen:///system', socketPath: undefined }],
] as const;

for (const [uri, expected] of understood) {
  void test(`${uri} is understood`, () => assert.deepEqual(parseUri(uri), expected));
}

const refused = [
  ['qemu+ssh://host/system', /transport ssh .* run this program on that host, or forward its socket/],
  ['qemu+tls://host/system', /transport tls/],
  ['qemu+tcp://host/system', /transport tcp/],
  ['qemu+libssh2://host/system', /transport libssh2/],
  ['qemu://host/system', /names the host host; only daemons on this machine/],
  ['qemu+unix://host/system', /names the host host/],
  ['esx:///system', /driver esx is unknown; known are qemu, lxc/],
  ['qemu:///embed', /path \/embed is unknown; use qemu:\/\/\/system or qemu:\/\/\/session/],
  ['qemu:///', /path \/ is unknown/],
  ['test:///', /use test:\/\/\/default/],
  ['qemu+unix:///system?socket=run/s', /must be an absolute path/],
  ['qemu+unix:///system?socket=', /must be an absolute path/],
  ['qemu+unix:///system?socket=/a&socket=/b', /more than one socket/],
  ['qemu+unix:///system?socket=/%zz', /broken percent escape/],
  ['', /not of the form/],
  ['/run/libvirt/libvirt-sock', /not of the form/],
  ['qemu:system', /not of the form/],
] as const;

for (const [uri, message] of refused) {
  void test(`${JSON.stringify(uri)} is refused with a way out`, () => {
    assert.throws(
      () => parseUri(uri),
      (error) => error instanceof LibvirtError && error.code === 'unsupported-uri' && message.test(error.message),
    );
  });
}

void test('any text is understood or refused as an unsupported URI', () => {
  fc.assert(
    fc.property(
      fc.oneof(
        fc.string(),
        fc.webUrl(),
        fc.string().map((text) => `qemu:///${text}`),
      ),
      (text) => {
        try {
          parseUri(text);
        } catch (error) {
          assert.ok(error instanceof LibvirtError && error.code === 'unsupported-uri');
        }
      },
    ),
  );
});
