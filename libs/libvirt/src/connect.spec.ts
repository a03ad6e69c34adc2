import assert from 'node:assert/strict';
import { once } from 'node:events';
import { chmod, mkdtemp, rename, rm, writeFile } from 'node:fs/promises';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import { connect } from './connect.ts';
import { LibvirtError } from './error.ts';
import { openSocket } from './open-socket.ts';
import { startScriptedDaemon } from './testing/scripted-daemon.ts';

const failsWith =
  (code: string, message: RegExp) =>
  (error: unknown): boolean => {
    assert.ok(error instanceof LibvirtError);
    assert.equal(error.code, code);
    assert.match(error.message, message);
    return true;
  };

async function directory(): Promise<AsyncDisposable & { readonly path: string }> {
  const path = await mkdtemp(join(tmpdir(), 'lv-'));
  return { path, [Symbol.asyncDispose]: () => rm(path, { recursive: true, force: true }) };
}

void test('without any socket the error names all places and says to start the daemon', async () => {
  await using temporary = await directory();
  const paths = [join(temporary.path, 'virtqemud-sock'), join(temporary.path, 'libvirt-sock')];
  await assert.rejects(
    openSocket(paths, new AbortController().signal),
    failsWith('socket-not-found', new RegExp(`${paths.join(', ')}: start libvirtd`)),
  );
});

void test('a place without a socket, or with one nobody listens on, is passed over for the next', async () => {
  await using temporary = await directory();
  await using daemon = await startScriptedDaemon();
  const dead = join(temporary.path, 'virtqemud-sock');
  // A socket file outlives its server only where the server is not asked to close: rename it away from the server.
  const server = createServer();
  server.listen(join(temporary.path, 'short-lived'));
  await once(server, 'listening');
  await rename(join(temporary.path, 'short-lived'), dead);
  server.close();
  await once(server, 'close');

  const { signal } = new AbortController();
  const opened = await openSocket([join(temporary.path, 'none'), dead, daemon.socketPath], signal);
  assert.equal(opened.socketPath, daemon.socketPath);
  opened.socket.destroy();

  await assert.rejects(openSocket([dead], signal), failsWith('connect-failed', /no daemon listens; start libvirtd/));
});

void test('a file that is no socket is a failed connect that names it', async () => {
  await using temporary = await directory();
  const path = join(temporary.path, 'libvirt-sock');
  await writeFile(path, '');
  await assert.rejects(connect({ uri: 'test:///default', socketPath: path }), (error) => {
    assert.ok(error instanceof LibvirtError && error.message.includes(path));
    return error.code === 'connect-failed';
  });
});

void test('a path no socket can have is refused before the kernel cuts it', async () => {
  const socketPath = `/tmp/${'x'.repeat(108)}`;
  await assert.rejects(
    connect({ uri: 'test:///default', socketPath }),
    failsWith('connect-failed', /longer than the 107 bytes/),
  );
});

void test('a socket that is closed to this user is a denied permission with both ways out', async () => {
  await using daemon = await startScriptedDaemon();
  await chmod(daemon.socketPath, 0o000);
  await chmod(join(daemon.socketPath, '..'), 0o755);
  // Root may open everything, so it looks at the socket as somebody else meanwhile.
  const isRoot = process.getuid?.() === 0;
  if (isRoot) process.seteuid?.(65_534);
  try {
    await assert.rejects(
      connect({ uri: 'test:///default', socketPath: daemon.socketPath }),
      failsWith('permission-denied', /group libvirt, or connect read-only/),
    );
  } finally {
    if (isRoot) process.seteuid?.(0);
  }
});

void test('a daemon that never answers is given up after the time to connect', async () => {
  await using daemon = await startScriptedDaemon({ handshake: false });
  const connecting = daemon.connect({ connectTimeoutMs: 20 });
  await assert.rejects(connecting, failsWith('timeout', /test:\/\/\/default: not connected to .* after 20 ms/));
});

void test('an aborted connect rejects with the reason of its signal', async () => {
  await using daemon = await startScriptedDaemon({ handshake: false });
  const controller = new AbortController();
  const connecting = daemon.connect({ signal: controller.signal });
  await daemon.next('AUTH_LIST');
  const reason = new Error('enough');
  controller.abort(reason);
  await assert.rejects(connecting, (error) => error === reason);
  await assert.rejects(daemon.connect({ signal: controller.signal }), (error) => error === reason);
});

void test('where polkit is wanted it is asked, and its refusal says what to do', async () => {
  await using daemon = await startScriptedDaemon({ handshake: false });
  const connecting = daemon.connect();
  (await daemon.next('AUTH_LIST')).reply((writer) => writer.uint32(1).int32(2));
  (await daemon.next('AUTH_POLKIT')).fail(45, 'authentication failed: polkit said no');
  await assert.rejects(connecting, failsWith('auth-failed', /polkit said no .*; add the user to the group libvirt/));
});

void test('where polkit agrees the connection is opened', async () => {
  await using daemon = await startScriptedDaemon({ handshake: false });
  const connecting = daemon.connect();
  (await daemon.next('AUTH_LIST')).reply((writer) => writer.uint32(1).int32(2));
  (await daemon.next('AUTH_POLKIT')).reply((writer) => writer.int32(1));
  (await daemon.next('CONNECT_OPEN')).reply();
  await (await connecting).close();
});

void test('where only SASL is offered the error says which setting to change', async () => {
  await using daemon = await startScriptedDaemon({ handshake: false });
  const connecting = daemon.connect();
  (await daemon.next('AUTH_LIST')).reply((writer) => writer.uint32(1).int32(1));
  await assert.rejects(connecting, failsWith('auth-failed', /SASL.*auth_unix_ro/));
});

void test('a driver the daemon cannot open is its error, with the URI', async () => {
  await using daemon = await startScriptedDaemon({ handshake: false });
  const connecting = daemon.connect({ uri: 'qemu:///session' });
  (await daemon.next('AUTH_LIST')).reply((writer) => writer.uint32(0));
  (await daemon.next('CONNECT_OPEN')).fail(5, 'no connection driver available');
  await assert.rejects(connecting, failsWith('libvirt', /CONNECT_OPEN of qemu:\/\/\/session.*NO_CONNECT/));
});

void test('a read-write connection says so to the daemon', async () => {
  await using daemon = await startScriptedDaemon({ handshake: false });
  const connecting = daemon.connect({ readOnly: false });
  (await daemon.next('AUTH_LIST')).reply((writer) => writer.uint32(1).int32(0));
  const open = await daemon.next('CONNECT_OPEN');
  assert.equal(open.frame.readUInt32BE(open.frame.length - 4), 0);
  open.reply();
  await (await connecting).close();
});

for (const options of [
  { maxCallsInFlight: 0 },
  { maxQueuedCalls: -1 },
  { connectTimeoutMs: NaN },
  { callTimeoutMs: 0 },
  { keepalive: { intervalMs: 0, timeoutMs: 1 } },
]) {
  void test(`${JSON.stringify(options)} is refused as an invalid argument`, async () => {
    await assert.rejects(connect({ uri: 'test:///default', ...options }), failsWith('invalid-argument', /at least/));
  });
}
