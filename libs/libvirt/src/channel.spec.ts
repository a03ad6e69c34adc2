import assert from 'node:assert/strict';
import { getEventListeners } from 'node:events';
import { test } from 'node:test';
import { LibvirtError } from './error.ts';
import { startScriptedDaemon } from './testing/scripted-daemon.ts';
import { readDomain, writeDomain } from './wire/domain.ts';
import { headerBytes } from './wire/frame.ts';
import { XdrReader } from './xdr/reader.ts';

const hasCode =
  (code: string) =>
  (error: unknown): boolean =>
    error instanceof LibvirtError && error.code === code;

void test('calls overlap, and each gets its own answer however they are ordered', async () => {
  await using daemon = await startScriptedDaemon();
  await using connection = await daemon.connect();
  const answers = Promise.all([connection.getHostname(), connection.getType(), connection.getFreeMemory()]);
  const hostname = await daemon.next('CONNECT_GET_HOSTNAME');
  (await daemon.next('NODE_GET_FREE_MEMORY')).reply((writer) => writer.uint64(2n ** 63n));
  (await daemon.next('CONNECT_GET_TYPE')).reply((writer) => writer.string('QEMU'));
  hostname.reply((writer) => writer.string('host'));
  assert.deepEqual(await answers, ['host', 'QEMU', 2n ** 63n]);
  assert.equal(connection.outstanding, 0);
});

void test('no more calls are sent than allowed; the others follow in order as slots get free', async () => {
  await using daemon = await startScriptedDaemon();
  await using connection = await daemon.connect({ maxCallsInFlight: 2 });
  const names = ['a', 'b', 'c', 'd'];
  const calls = names.map((name) => connection.lookupByName(name).catch(() => name));
  assert.deepEqual([connection.outstanding, connection.queued], [2, 2]);
  const sent: string[] = [];
  for (let index = 0; index < names.length; index++) {
    const call = await daemon.next('DOMAIN_LOOKUP_BY_NAME');
    sent.push(call.frame.toString('latin1', 32, 33));
    assert.ok(connection.outstanding <= 2);
    call.fail(42, 'no');
  }
  assert.deepEqual(await Promise.all(calls), names);
  assert.deepEqual(sent, names);
  assert.deepEqual([connection.outstanding, connection.queued], [0, 0]);
});

void test('a cancelled call rejects at once with the reason, keeps its slot until the daemon answers, and its answer is dropped', async () => {
  await using daemon = await startScriptedDaemon();
  await using connection = await daemon.connect({ maxCallsInFlight: 1 });
  const controller = new AbortController();
  const reason = { any: 'thing' };
  const cancelled = connection.getHostname({ signal: controller.signal });
  const next = connection.getType();
  const received = await daemon.next('CONNECT_GET_HOSTNAME');
  controller.abort(reason);
  await assert.rejects(cancelled, (error) => error === reason);
  assert.deepEqual([connection.outstanding, connection.queued], [1, 1]);

  received.reply((writer) => writer.string('too late'));
  (await daemon.next('CONNECT_GET_TYPE')).reply((writer) => writer.string('TEST'));
  assert.equal(await next, 'TEST');
  assert.equal(connection.outstanding, 0);
  assert.equal(connection.dropped['late-reply'], 1);
});

void test('a queued call can be cancelled and is then never sent', async () => {
  await using daemon = await startScriptedDaemon();
  await using connection = await daemon.connect({ maxCallsInFlight: 1 });
  const controller = new AbortController();
  const first = connection.getHostname();
  const cancelled = connection.getUri({ signal: controller.signal });
  const last = connection.getType();
  controller.abort(new Error('changed my mind'));
  await assert.rejects(cancelled, /changed my mind/);
  assert.equal(connection.queued, 1);
  (await daemon.next('CONNECT_GET_HOSTNAME')).reply((writer) => writer.string('host'));
  // The next serial belongs to the next call: nothing was sent in between.
  const sent = await daemon.next('CONNECT_GET_TYPE');
  assert.equal(sent.header.serial, 4);
  sent.reply((writer) => writer.string('TEST'));
  assert.deepEqual(await Promise.all([first, last]), ['host', 'TEST']);
});

void test('a signal that has aborted already costs no call', async () => {
  await using daemon = await startScriptedDaemon();
  await using connection = await daemon.connect();
  await assert.rejects(connection.getHostname({ signal: AbortSignal.abort(new Error('before')) }), /before/);
  assert.equal(connection.outstanding, 0);
});

void test('a call leaves no listener on its signal, however it ends', async () => {
  await using daemon = await startScriptedDaemon();
  await using connection = await daemon.connect();
  const { signal } = new AbortController();
  const answered = connection.getHostname({ signal });
  (await daemon.next('CONNECT_GET_HOSTNAME')).reply((writer) => writer.string('host'));
  await answered;
  const failed = connection.getType({ signal });
  (await daemon.next('CONNECT_GET_TYPE')).fail(1, 'no');
  await assert.rejects(failed, hasCode('libvirt'));
  await assert.rejects(connection.getUri({ signal, timeoutMs: 1 }), hasCode('timeout'));
  const lost = assert.rejects(connection.getVersion({ signal }), hasCode('closed'));
  await connection.close();
  await lost;
  assert.equal(getEventListeners(signal, 'abort').length, 0);
});

void test('a call that is not answered in time rejects with a timeout that names it; a queued one says so', async () => {
  await using daemon = await startScriptedDaemon();
  await using connection = await daemon.connect({ maxCallsInFlight: 1, callTimeoutMs: 10 });
  const sent = connection.lookupByName('web1');
  const queued = connection.getHostname();
  await assert.rejects(sent, (error) => {
    assert.ok(hasCode('timeout')(error));
    return /DOMAIN_LOOKUP_BY_NAME of web1 at .*: not answered after 10 ms/.test((error as Error).message);
  });
  await assert.rejects(queued, /CONNECT_GET_HOSTNAME at .*: still waiting for one of 1 slots after 10 ms/);
  assert.deepEqual([connection.outstanding, connection.queued], [1, 0]);
});

void test('a full queue refuses the next call', async () => {
  await using daemon = await startScriptedDaemon();
  await using connection = await daemon.connect({ maxCallsInFlight: 1, maxQueuedCalls: 1 });
  const waiting = [connection.getHostname(), connection.getType()].map((call) =>
    assert.rejects(call, hasCode('closed')),
  );
  await assert.rejects(connection.getUri(), hasCode('queue-full'));
  await connection.close();
  await Promise.all(waiting);
});

void test('a connection that dies fails all calls, sent and queued, and all that follow, with one error', async () => {
  await using daemon = await startScriptedDaemon();
  await using connection = await daemon.connect({ maxCallsInFlight: 1 });
  const calls = [connection.getHostname(), connection.getType(), connection.getUri()];
  (await daemon.next('CONNECT_GET_HOSTNAME')).hangUp();
  const outcomes = await Promise.allSettled(calls);
  const reason = await connection.closed;
  assert.ok(hasCode('connection-lost')(reason));
  assert.ok(reason.message.includes(daemon.socketPath));
  for (const outcome of outcomes) assert.equal(outcome.status === 'rejected' && outcome.reason, reason);
  await assert.rejects(connection.getVersion(), (error) => error === reason);
  assert.deepEqual([connection.outstanding, connection.queued], [0, 0]);
});

void test('closing is safe twice and after the end, and the first reason stays', async () => {
  await using daemon = await startScriptedDaemon();
  const connection = await daemon.connect();
  await Promise.all([connection.close(), connection.close()]);
  await connection.close();
  assert.ok(hasCode('closed')(await connection.closed));
});

void test('an argument that cannot be sent fails its own call only, and says which', async () => {
  await using daemon = await startScriptedDaemon();
  await using connection = await daemon.connect();
  await assert.rejects(connection.lookupByUuid('no-uuid'), (error) => {
    assert.ok(hasCode('invalid-argument')(error));
    return /DOMAIN_LOOKUP_BY_UUID of no-uuid at .*is not a UUID/.test((error as Error).message);
  });
  await assert.rejects(connection.getHostname({ timeoutMs: 0 }), hasCode('invalid-argument'));
  assert.equal(connection.outstanding, 0);
});

void test('a request about many domains names each of them', async () => {
  await using daemon = await startScriptedDaemon();
  await using connection = await daemon.connect();
  const domains = Array.from({ length: 500 }, (_, index) => ({
    name: 'x'.repeat(index % 7),
    uuid: `00000000-0000-4000-8000-${index.toString(16).padStart(12, '0')}`,
    id: index,
  }));
  const call = connection.getAllDomainStats({ domains, groups: 1 });
  const received = await daemon.next('CONNECT_GET_ALL_DOMAIN_STATS');
  const reader = new XdrReader(received.frame, headerBytes);
  assert.deepEqual(reader.array(500, 24, readDomain), domains);
  received.reply((writer) => writer.array(domains, 500, (w, domain) => (writeDomain(w, domain), w.uint32(0))));
  assert.deepEqual(
    (await call).map(({ domain }) => domain),
    domains,
  );
});

void test('flags joined with ENFORCE, a negative number in JavaScript, are sent as they are meant', async () => {
  await using daemon = await startScriptedDaemon();
  await using connection = await daemon.connect();
  const call = connection.getAllDomainStats({ groups: 1, flags: 0x80000000 | 0x20000000 });
  const received = await daemon.next('CONNECT_GET_ALL_DOMAIN_STATS');
  assert.equal(received.frame.toString('hex', received.frame.length - 4), 'a0000000');
  received.reply((writer) => writer.uint32(0));
  assert.deepEqual(await call, []);
});
