import assert from 'node:assert/strict';
import { symlink } from 'node:fs/promises';
import { createServer } from 'node:net';
import type { Socket } from 'node:net';
import { join } from 'node:path';
import { test } from 'node:test';
import { ErrorInfo, inspectorServiceName } from '@nephometer/inspector-api';
import { eventually, startFaultProxy, startLibvirtd, temporaryDirectory } from '@nephometer/test-kit';
import type { TestLibvirtd } from '@nephometer/test-kit';
import { checkHealth, healthClient } from '../testing/health-client.ts';
import { call, failure, startLoopback } from '../testing/loopback.ts';
import type { FailedCall, Loopback } from '../testing/loopback.ts';
import { collectingLogger } from '../testing/quiet-logger.ts';
import type { CollectingLogger } from '../testing/quiet-logger.ts';
import { createLibvirtHypervisor } from './libvirt-hypervisor.ts';

const gone = 'libvirt is not available, trying again until it is';
const here = 'libvirt is available';
const everything = { ids: [], groups: [], maxAge: undefined };

interface Served extends AsyncDisposable {
  readonly loop: Loopback;
  readonly log: CollectingLogger;
}

/** The driver, served, whether or not there is a daemon. */
async function serve(uri: string, socket?: string): Promise<Served> {
  const log = collectingLogger();
  const loop = await startLoopback(createLibvirtHypervisor({ uri, socket, logger: log.logger }));
  return { loop, log, [Symbol.asyncDispose]: () => loop[Symbol.asyncDispose]() };
}

const available = ({ loop, log }: Served, expected: boolean): Promise<void> =>
  eventually(() => {
    const { current } = loop.sink.availability;
    assert.equal(current.available, expected, JSON.stringify([current, ...log.lines()]));
  });

/** The two lines of an outage, without what came before. */
const outage = ({ log }: Served): string[] => log.messages().filter((message) => message === gone || message === here);

/** A call for statistics that libvirt cannot answer at present; it has been sent when this resolves. */
async function stuckReading({ loop }: Served): Promise<{ readonly ended: Promise<FailedCall> }> {
  const ended = failure(call(loop.client, 'inspectInstances', everything, { deadlineMs: 60_000 }));
  // Another call that was sent later and is answered: the server has begun with the first.
  await call(loop.client, 'listInstances', { pageSize: 0, pageToken: '' });
  return { ended };
}

function assertUnavailable({ code, details }: FailedCall): void {
  assert.equal(code, 'UNAVAILABLE');
  assert.equal(ErrorInfo.decode(details.get('ErrorInfo') ?? Buffer.of()).reason, 'HYPERVISOR_UNAVAILABLE');
  assert.ok(details.has('RetryInfo'));
}

/** Stops libvirtd's process while `work` runs. */
async function whileStopped(libvirtd: TestLibvirtd, work: () => Promise<void>): Promise<void> {
  const { pid } = libvirtd;
  process.kill(pid, 'SIGSTOP');
  try {
    await work();
  } finally {
    process.kill(pid, 'SIGCONT');
  }
}

void test('a killed libvirtd ends the calls under way and turns health round; its return turns it back', async () => {
  await using libvirtd = await startLibvirtd();
  await using served = await serve(libvirtd.uri('test'));
  const { loop, log } = served;
  const client = healthClient(loop.address);
  const health = (expected: string): Promise<void> =>
    eventually(async () => {
      assert.equal(await checkHealth(client, ''), expected);
      assert.equal(await checkHealth(client, inspectorServiceName), expected);
    });
  try {
    await health('SERVING');
    // Stopped first, so that a call is under way when it dies.
    process.kill(libvirtd.pid, 'SIGSTOP');
    const { ended } = await stuckReading(served);
    await libvirtd.kill('SIGKILL');
    assertUnavailable(await ended);
    await health('NOT_SERVING');
    assertUnavailable(await failure(call(loop.client, 'getHost', {})));
    await libvirtd.restart();
    await health('SERVING');
    assert.deepEqual(outage(served), [here, gone, here]);
    assert.ok(Number(log.lines().findLast(({ msg }) => msg === here)?.['awayMs']) > 0);
    assert.equal((await call(loop.client, 'inspectInstances', everything)).instances.length, 1);
  } finally {
    client.close();
  }
});

void test('a libvirtd that is stopped is noticed by its silence, and served again when it goes on', async () => {
  await using libvirtd = await startLibvirtd();
  await using served = await serve(libvirtd.uri('test'));
  await available(served, true);
  await whileStopped(libvirtd, async () => {
    const { ended } = await stuckReading(served);
    assertUnavailable(await ended);
    await available(served, false);
  });
  await available(served, true);
  assert.deepEqual(outage(served), [here, gone, here]);
});

void test('a socket that goes silent is noticed, and one that lets in and does not answer keeps nobody waiting', async () => {
  await using libvirtd = await startLibvirtd();
  await using proxy = await startFaultProxy({ target: { path: libvirtd.socketPath } });
  await using served = await serve('test:///default', proxy.address.path);
  await available(served, true);
  proxy.pause();
  await available(served, false);
  // A try to connect is waiting inside the proxy now; it is answered as soon as bytes move.
  await eventually(() => assert.ok(proxy.connections > 0));
  await proxy.resume();
  await available(served, true);
  assert.deepEqual(outage(served), [here, gone, here]);
});

void test('a socket that never answers is given up for the daemon that took its place', async () => {
  await using libvirtd = await startLibvirtd();
  await using directory = await temporaryDirectory();
  const path = join(directory.path, 'libvirt-sock');
  const clients = new Set<Socket>();
  const silent = createServer((socket) => void clients.add(socket.on('error', () => {}))).listen(path);
  try {
    await using served = await serve('test:///default', path);
    await eventually(() => assert.equal(clients.size, 1));
    // It stops listening, which removes the socket's file, and keeps those whom it let in.
    silent.close();
    await symlink(libvirtd.socketPath, path);
    await available(served, true);
    assert.deepEqual(outage(served), [gone, here]);
  } finally {
    for (const socket of clients) socket.destroy();
  }
});

void test('the daemon is told by the name of its socket', async () => {
  await using libvirtd = await startLibvirtd();
  await using directory = await temporaryDirectory();
  const path = join(directory.path, 'virtqemud-sock');
  await symlink(libvirtd.socketPath, path);
  const addresses = [
    [`qemu+unix:///session?socket=${path}`, undefined],
    ['qemu:///session', path],
  ] as const;
  for (const [uri, socket] of addresses) {
    await using served = await serve(uri, socket);
    const { host } = await call(served.loop.client, 'getHost', {});
    assert.deepEqual([host?.daemon, host?.socket, host?.hypervisorType], ['virtqemud', path, 'QEMU']);
  }
});

void test('stopping while a daemon is silent waits for nothing', async () => {
  await using libvirtd = await startLibvirtd();
  await whileStopped(libvirtd, async () => {
    await using served = await serve(libvirtd.uri('test'));
    assert.equal(served.loop.sink.availability.current.available, false);
  });
});
