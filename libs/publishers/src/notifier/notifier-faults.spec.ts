import assert from 'node:assert/strict';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import {
  createCertificates,
  eventually,
  freePort,
  startFaultProxy,
  startProcess,
  startRabbitmq,
  temporaryDirectory,
} from '@nephometer/test-kit';
import type { TemporaryDirectory, TestRabbitmq } from '@nephometer/test-kit';
import { exampleCycles, exampleSample, exampleSettings } from '../example.ts';
import { notifierPublisherFactory } from './notifier-publisher.ts';
import { messagesIn } from './queue-reader.ts';

const { signal } = new AbortController();
const cycles = exampleCycles(10, 5);

let directory: TemporaryDirectory;
let certificate: (file: string) => string;
let rabbitmq: TestRabbitmq;

// One for all tests, which keep apart by the names of their queues.
before(async () => {
  directory = await temporaryDirectory();
  certificate = await createCertificates(directory.path, { server: 'IP:127.0.0.1', client: 'DNS:client' });
  rabbitmq = await startRabbitmq({
    tls: { ca: certificate('ca.pem'), cert: certificate('server.pem'), key: certificate('server.key') },
  });
});

after(async () => {
  await rabbitmq[Symbol.asyncDispose]();
  await directory[Symbol.asyncDispose]();
});

/** A publisher with options; on the port of the RabbitMQ, or what stands for it. */
function createPublisher(options: string, port = rabbitmq.port, authority = `127.0.0.1:${port}`) {
  const publisher = notifierPublisherFactory.create(`notifier://${authority}/?${options}`, exampleSettings());
  return Object.assign(publisher, { [Symbol.asyncDispose]: () => publisher.close() });
}

test('What RabbitMQ refuses is said with what to do, never with the password, and the batch comes again', async () => {
  await using first = createPublisher('exchange=other&topic=t');
  await first.publish([exampleSample()], signal);
  await rabbitmq.ctl('add_user', 'reader', 'hidden');
  await rabbitmq.ctl('set_permissions', 'reader', '^$', '^$', '.*');
  const { port } = rabbitmq;
  const target = `^notifier://127\\.0\\.0\\.1:${port}: `;
  const table = [
    ['topic=t', `guest:hidden@127.0.0.1:${port}`, 'unauthorized', 'it does not accept us .*403.*check user, password'],
    ['topic=t', `reader:hidden@127.0.0.1:${port}`, 'unauthorized', "access to exchange 'ceilometer'"],
    [
      'exchange=other&amqp_durable_queues=1',
      `127.0.0.1:${port}`,
      'refused',
      "inequivalent arg 'durable' .*set amqp_durable_queues",
    ],
    ['ssl=1', `127.0.0.1:${port}`, 'unreachable', 'TLS cannot be agreed on .*is it the port for TLS'],
  ] as const;
  for (const [options, authority, code, text] of table) {
    await using publisher = createPublisher(options, port, authority);
    const error = await publisher.publish([exampleSample()], signal).catch((reason: unknown) => reason);
    assert.ok(error instanceof Error && 'code' in error && 'isPermanent' in error);
    assert.deepEqual([error.code, error.isPermanent], [code, false]);
    assert.match(
      error.message,
      new RegExp(target + (text.startsWith('it') || text.startsWith('TLS') ? text : `.*${text}`)),
    );
    assert.doesNotMatch(error.message, /hidden/);
  }
  const elsewhere = notifierPublisherFactory.create(`notifier://127.0.0.1:${port}/nowhere`, exampleSettings());
  await assert.rejects(elsewhere.publish([exampleSample()], signal), {
    code: 'refused',
    message: `notifier://127.0.0.1:${port}: the virtual host is not there, or not for this user`,
  });
  await elsewhere.close();
});

test('A RabbitMQ that is short of memory is left in peace, and what it had got is not sent to it again', async () => {
  await using publisher = createPublisher('topic=blocked&timeout=4');
  const [first = [], second = []] = cycles;
  await publisher.publish(first, signal);
  await rabbitmq.ctl('set_vm_memory_high_watermark', '0.00001');
  // It takes the first message after the alarm, and says only then that it will read no more.
  for (let attempt = 0; attempt < 3; attempt += 1) {
    await assert.rejects(publisher.publish(second, signal), {
      code: 'target_failed',
      message: /: it takes no messages for now \(low on memory\)$/,
      isPermanent: false,
    });
  }
  await rabbitmq.ctl('set_vm_memory_high_watermark', 'absolute', '512MB');
  await eventually(() => publisher.publish(second, signal));
  assert.equal(await messagesIn(rabbitmq.port, 'blocked'), 2);
});

test('A RabbitMQ that goes silent is left after the timeout, and the next batch has a new connection', async () => {
  await using proxy = await startFaultProxy({ target: { host: '127.0.0.1', port: rabbitmq.port } });
  await using publisher = createPublisher('topic=silent&timeout=0.3', proxy.address.port);
  proxy.pause();
  for (const when of ['at the greeting', 'at a batch']) {
    await assert.rejects(
      publisher.publish([exampleSample()], signal),
      { code: 'timeout', message: /no answer for 0\.3 s$/ },
      when,
    );
    await proxy.resume();
    await eventually(() => publisher.publish([exampleSample()], signal));
    proxy.pause();
  }
});

test('What is no RabbitMQ is said', async () => {
  await using other = await startProcess(process.execPath, [
    '-e',
    "const server = require('net').createServer((socket) => socket.end('HTTP/1.1 400 Bad Request\\r\\n\\r\\n'));" +
      "server.listen(0, '127.0.0.1', () => console.log(server.address().port));",
  ]);
  const port = Number(await other.waitForLine((line) => /^\d+$/.test(line)));
  await using publisher = createPublisher('', port);
  await assert.rejects(publisher.publish([exampleSample()], signal), {
    code: 'bad_answer',
    message: /is it the AMQP port/,
  });
});

test('Of several hosts the next one is taken, and if none is there each is named', async () => {
  const [gone, away] = [await freePort(), await freePort()];
  await using publisher = createPublisher('topic=hosts', 0, `127.0.0.1:${gone},127.0.0.1:${rabbitmq.port}`);
  await publisher.publish([exampleSample()], signal);
  await publisher.publish([exampleSample()], signal);
  assert.equal(await messagesIn(rabbitmq.port, 'hosts'), 2);
  await using nobody = createPublisher('topic=hosts', 0, `127.0.0.1:${gone},127.0.0.1:${away}`);
  await assert.rejects(nobody.publish([exampleSample()], signal), {
    code: 'unreachable',
    message: new RegExp(`^notifier://127\\.0\\.0\\.1:${gone}: .*ECONNREFUSED.*; notifier://127\\.0\\.0\\.1:${away}: `),
  });
});

test('Over TLS it is known who answers, by the authority that is named', async () => {
  const { tlsPort } = rabbitmq;
  await using trusting = createPublisher(`topic=tls&ssl=1&ssl_ca_file=${certificate('ca.pem')}`, tlsPort);
  await trusting.publish([exampleSample()], signal);
  const keys = `&ssl_cert_file=${certificate('client.pem')}&ssl_key_file=${certificate('client.key')}`;
  await using blind = createPublisher(`topic=tls&ssl=1&verify_ssl=0${keys}`, tlsPort);
  await blind.publish([exampleSample()], signal);
  assert.equal(await messagesIn(rabbitmq.port, 'tls'), 2);
  await using careful = createPublisher('topic=tls&ssl=1', tlsPort);
  await assert.rejects(careful.publish([exampleSample()], signal), {
    code: 'untrusted',
    message: /its certificate is not trusted .*ssl_ca_file/,
  });
  await using lost = createPublisher(`topic=tls&ssl=1&ssl_ca_file=${join(directory.path, 'none.pem')}`, tlsPort);
  await assert.rejects(lost.publish([exampleSample()], signal), { code: 'bad_file', message: /none\.pem/ });
});

test('Paths of certificates are relative to the configuration', async () => {
  const url = `notifier://127.0.0.1:${rabbitmq.tlsPort}/?topic=relative&ssl=1&ssl_ca_file=ca.pem`;
  const publisher = notifierPublisherFactory.create(url, exampleSettings({ baseDirectory: directory.path }));
  assert.deepEqual(await publisher.publish([exampleSample()], signal), []);
  await publisher.close();
});

test('Batches at the same time share a connection', async () => {
  await using proxy = await startFaultProxy({ target: { host: '127.0.0.1', port: rabbitmq.port } });
  await using publisher = createPublisher('topic=shared', proxy.address.port);
  await Promise.all(cycles.map((samples) => publisher.publish(samples, signal)));
  assert.equal(proxy.connections, 1);
  assert.equal(await messagesIn(rabbitmq.port, 'shared'), cycles.length);
});

test('An abort is heeded at each step, and closing frees the connection; both safe twice', async () => {
  await using proxy = await startFaultProxy({ target: { host: '127.0.0.1', port: rabbitmq.port } });
  const reason = new Error('stop');
  const unused = createPublisher('topic=closed', proxy.address.port);
  await assert.rejects(unused.publish([exampleSample()], AbortSignal.abort(reason)), reason);
  await unused.close();
  await using publisher = createPublisher('topic=closed', proxy.address.port);
  for (const when of ['at the greeting', 'at a batch']) {
    if (when === 'at a batch') await publisher.publish([exampleSample()], signal);
    proxy.pause();
    const controller = new AbortController();
    const publishing = publisher.publish([exampleSample()], controller.signal);
    if (when === 'at the greeting') await eventually(() => assert.equal(proxy.connections, 1));
    controller.abort(reason);
    await assert.rejects(publishing, reason);
    await proxy.resume();
  }
  proxy.pause();
  const last = assert.rejects(publisher.publish([exampleSample({ volume: 3 })], signal), { code: 'closed' });
  const closing = publisher.close();
  await Promise.all([last, closing]);
  await publisher.close();
  await proxy.resume();
  await eventually(() => assert.equal(proxy.connections, 0));
  await assert.rejects(publisher.publish([exampleSample()], signal), { code: 'closed' });
});

test('After a refusal the connection is closed, and the next batch has a new one', async () => {
  await using proxy = await startFaultProxy({ target: { host: '127.0.0.1', port: rabbitmq.port } });
  await using first = createPublisher('exchange=refusing&topic=refused');
  await first.publish([exampleSample()], signal);
  await using publisher = createPublisher('exchange=refusing&topic=refused&amqp_auto_delete=1', proxy.address.port);
  for (let attempt = 0; attempt < 3; attempt += 1) {
    await assert.rejects(publisher.publish([exampleSample()], signal), { code: 'refused' });
    await eventually(() => assert.equal(proxy.connections, 1));
  }
  await publisher.close();
  await eventually(() => assert.equal(proxy.connections, 0));
});
