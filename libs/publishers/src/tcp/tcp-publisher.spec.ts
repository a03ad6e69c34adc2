import assert from 'node:assert/strict';
import { once } from 'node:events';
import { connect, createServer } from 'node:net';
import type { AddressInfo, Socket } from 'node:net';
import { test } from 'node:test';
import { eventually, freePort, startFaultProxy, startProcess } from '@nephometer/test-kit';
import { exampleCycles, exampleSample, exampleSettings } from '../example.ts';
import { receiverCommand, receiverOf } from '../message/receiver.ts';
import { recordedPacks } from '../message/recorded.ts';
import { tcpPublisherFactory } from './tcp-publisher.ts';
import { unacknowledgedBytes } from './unacknowledged.ts';

const { signal } = new AbortController();

const startReceiver = async (...options: readonly string[]) =>
  receiverOf(await startProcess(...receiverCommand('tcp', ...options)));
const as = { publisherId: 'collector-1' };

function createPublisher(port: number, query = '') {
  const publisher = tcpPublisherFactory.create(`tcp://127.0.0.1:${port}${query}`, exampleSettings());
  return Object.assign(publisher, { [Symbol.asyncDispose]: () => publisher.close() });
}

test('The samples of ten guests in five cycles arrive in a program with msgpack of Python, over one connection', async () => {
  await using receiver = await startReceiver();
  await using publisher = createPublisher(receiver.port);
  const cycles = exampleCycles(10, 5);
  for (const samples of cycles) assert.deepEqual(await publisher.publish(samples, signal), []);
  await publisher.close();
  await receiver.expect(cycles.flat(), as);
  assert.deepEqual(await receiver.closedConnections(1), [0]);
});

for (const { compat, cases } of recordedPacks()) {
  test(`What is sent by ${compat} is Ceilometer's, byte for byte`, async () => {
    await using receiver = await startReceiver();
    const settings = exampleSettings({ compat, hostName: 'ctl1' });
    const publisher = tcpPublisherFactory.create(`tcp://127.0.0.1:${receiver.port}`, settings);
    // Versions without TCP send what they send over UDP.
    const recorded = cases.filter(({ publisherId }) => publisherId === (compat === 'head' ? 'ctl1' : undefined));
    assert.ok(recorded.length > 0);
    await publisher.publish(
      recorded.map(({ sample }) => sample),
      signal,
    );
    await publisher.close();
    assert.deepEqual(
      (await receiver.messages(recorded.length)).map(({ packed }) => packed),
      recorded.map(({ packed }) => packed),
    );
  });
}

test('A batch larger than all buffers arrives whole in a receiver that begins to read late', async () => {
  await using receiver = await startReceiver('--window', '4096');
  await using publisher = createPublisher(receiver.port);
  const samples = exampleCycles(10, 2).flat();
  const large = { ...samples[0]?.resourceMetadata, text: 'x'.repeat(100_000) };
  const batch = samples.map((sample) => ({ ...sample, resourceMetadata: large }));
  const publishing = publisher.publish(batch, signal);
  await receiver.openConnections(1);
  receiver.read();
  assert.deepEqual(await publishing, []);
  await receiver.expect(batch, as);
});

test('What the other side has not acknowledged is not delivered, though the kernel here has all of it', async () => {
  await using receiver = await startReceiver('--window', '4096');
  await using publisher = createPublisher(receiver.port, '?timeout=0.3');
  const batch = exampleCycles(20, 1).flat();
  await assert.rejects(publisher.publish(batch, signal), { code: 'timeout', done: 0, isPermanent: false });
  // The same batch comes again, in full.
  receiver.read();
  receiver.read();
  const [left = NaN] = await receiver.closedConnections(1);
  assert.ok(left >= 0);
  await publisher.publish(batch, signal);
  await publisher.close();
  await receiver.closedConnections(2);
});

test('A receiver that was away at first, and was restarted, gets the batches from then on', async () => {
  const port = await freePort();
  await using publisher = createPublisher(port);
  await assert.rejects(publisher.publish([exampleSample()], signal), {
    code: 'unreachable',
    message: `tcp://127.0.0.1:${port}: connect ECONNREFUSED 127.0.0.1:${port}`,
    isPermanent: false,
  });
  for (let life = 0; life < 2; life += 1) {
    const bytes: Buffer[] = [];
    const connections = new Set<Socket>();
    const server = createServer((socket) => {
      connections.add(socket);
      socket.on('data', (chunk: Buffer) => bytes.push(chunk)).on('error', () => undefined);
    }).listen(port, '127.0.0.1');
    await once(server, 'listening');
    await eventually(() => publisher.publish([exampleSample({ volume: life })], signal));
    await eventually(() => assert.ok(Buffer.concat(bytes).includes('message_signature')));
    for (const socket of connections) socket.end();
    server.close();
    await once(server, 'close');
  }
});

test('A connection that is cut fails the batch, and the next one has a new connection', async () => {
  await using receiver = await startReceiver();
  await using proxy = await startFaultProxy({ target: { host: '127.0.0.1', port: receiver.port } });
  await using publisher = createPublisher(proxy.address.port);
  await publisher.publish([exampleSample({ volume: 1 })], signal);
  proxy.pause();
  const large = exampleSample({ resourceMetadata: { text: 'x'.repeat(20_000_000) } });
  const publishing = publisher.publish([large], signal);
  const rejected = assert.rejects(publishing, { code: 'unreachable', message: /ECONNRESET|EPIPE/, done: 0 });
  proxy.cut();
  await rejected;
  await proxy.resume();
  await publisher.publish([exampleSample({ volume: 2 })], signal);
  await receiver.expect([exampleSample({ volume: 1 }), exampleSample({ volume: 2 })], as);
});

test('A receiver that accepts and never reads is left after the timeout', async () => {
  await using receiver = await startReceiver();
  await using proxy = await startFaultProxy({ target: { host: '127.0.0.1', port: receiver.port } });
  await using publisher = createPublisher(proxy.address.port, '?timeout=0.2');
  proxy.pause();
  const large = exampleSample({ resourceMetadata: { text: 'x'.repeat(20_000_000) } });
  await assert.rejects(publisher.publish([large], signal), {
    code: 'timeout',
    message: /^tcp:\/\/127\.0\.0\.1:\d+: no connection, or nothing taken or acknowledged, for 0\.2 s$/,
  });
  // Paused, the proxy would not see it.
  await proxy.resume();
  await eventually(() => assert.equal(proxy.connections, 0));
});

test('Batches at the same time have a connection each, and all are kept', async () => {
  await using receiver = await startReceiver();
  await using proxy = await startFaultProxy({ target: { host: '127.0.0.1', port: receiver.port } });
  await using publisher = createPublisher(proxy.address.port);
  for (let round = 0; round < 3; round += 1) {
    await Promise.all([1, 2].map((volume) => publisher.publish([exampleSample({ volume })], signal)));
    assert.equal(proxy.connections, 2);
  }
});

test('An abort breaks off, and closing frees the connection; both safe twice', async () => {
  await using receiver = await startReceiver();
  await using proxy = await startFaultProxy({ target: { host: '127.0.0.1', port: receiver.port } });
  await using publisher = createPublisher(proxy.address.port);
  const reason = new Error('stop');
  await assert.rejects(publisher.publish([exampleSample()], AbortSignal.abort(reason)), reason);
  const large = exampleSample({ resourceMetadata: { text: 'x'.repeat(20_000_000) } });
  for (const when of ['while it connects', 'while it writes']) {
    proxy.pause();
    const controller = new AbortController();
    const publishing = publisher.publish([large], controller.signal);
    if (when === 'while it writes') await eventually(() => assert.ok(proxy.connections > 0));
    controller.abort(reason);
    await assert.rejects(publishing, reason);
    await proxy.resume();
    await eventually(() => assert.equal(proxy.connections, 0));
  }
  proxy.pause();
  const last = publisher.publish([large], signal);
  await eventually(() => assert.equal(proxy.connections, 1));
  const rejected = assert.rejects(last, { code: 'closed' });
  await publisher.close();
  await publisher.close();
  await rejected;
  await assert.rejects(publisher.publish([exampleSample()], signal), { code: 'closed' });
});

test('Of a socket it is known how much is not acknowledged, over IPv4 and IPv6, and of none it is not', async () => {
  for (const host of ['127.0.0.1', '::1']) {
    const server = createServer({ pauseOnConnect: true }).listen(0, host);
    await once(server, 'listening');
    const socket = connect((server.address() as AddressInfo).port, host);
    const [[peer]] = (await Promise.all([once(server, 'connection'), once(socket, 'connect')])) as [[Socket], unknown];
    assert.equal(await unacknowledgedBytes(socket), 0);
    socket.write(Buffer.alloc(50_000_000));
    await eventually(async () => assert.ok(((await unacknowledgedBytes(socket)) ?? 0) > 0));
    peer.destroy();
    socket.on('error', () => undefined);
    socket.destroy();
    server.close();
  }
  assert.equal(await unacknowledgedBytes({ localPort: 1, remotePort: 1 }), undefined);
  assert.equal(await unacknowledgedBytes({}), undefined);
});
