import assert from 'node:assert/strict';
import { once } from 'node:events';
import { readFile } from 'node:fs/promises';
import { request } from 'node:http';
import type { IncomingHttpHeaders } from 'node:http';
import { request as requestTls } from 'node:https';
import { connect } from 'node:net';
import { buffer } from 'node:stream/consumers';
import { test } from 'node:test';
import { gunzipSync } from 'node:zlib';
import { createCertificates, freePort, temporaryDirectory } from '@nephometer/test-kit';
import { exampleCycles, exampleSample, exampleSettings } from '../example.ts';
import { nativeNaming } from '../series/native-naming.ts';
import { createExporter, exporterPublisherFactory } from './exporter-publisher.ts';
import type { ExporterOptions } from './exporter-options.ts';

const { signal } = new AbortController();

/** An exporter on a port of its own, closed at the end. */
async function setUp(options: Partial<ExporterOptions> = {}) {
  const exporter = createExporter({
    address: { kind: 'tcp', host: '127.0.0.1', port: 0 },
    path: '/metrics',
    hasTimestamps: false,
    naming: nativeNaming,
    maxSeries: 100_000,
    ...options,
  });
  const address = await exporter.listen();
  return { exporter, address, port: Number(address.split(':')[1]), [Symbol.asyncDispose]: () => exporter.close() };
}

interface Got {
  readonly status: number | undefined;
  readonly headers: IncomingHttpHeaders;
  readonly body: Buffer;
}

async function get(
  port: number,
  {
    path = '/metrics',
    method = 'GET',
    headers = {},
  }: { path?: string; method?: string; headers?: Record<string, string> } = {},
): Promise<Got> {
  const { promise, resolve, reject } = Promise.withResolvers<Got>();
  const asked = request({ port, host: '127.0.0.1', path, method, headers, agent: false }, (response) => {
    buffer(response).then((body) => resolve({ status: response.statusCode, headers: response.headers, body }), reject);
  });
  asked.on('error', reject).end();
  return promise;
}

test('Who asks gets the newest samples in the format that it likes', async () => {
  await using given = await setUp();
  const { exporter, port } = given;
  const empty = await get(port);
  assert.deepEqual([empty.status, empty.body.length], [200, 0]);
  assert.deepEqual(await exporter.publish(exampleCycles(2, 3).flat(), signal), []);
  const plain = await get(port);
  assert.equal(plain.headers['content-type'], 'text/plain; version=0.0.4; charset=utf-8');
  assert.equal(plain.body.toString().match(/^nephometer_/gm)?.length, 12);
  assert.match(
    plain.body.toString(),
    /^nephometer_cpu_seconds_total\{.*instance_name="wéb-1 \\"世\\" 🖥".*\} 7000121$/m,
  );
  const open = await get(port, { headers: { accept: 'application/openmetrics-text' }, path: '/metrics?x=y' });
  assert.match(open.headers['content-type'] ?? '', /^application\/openmetrics-text; version=1\.0\.0/);
  assert.match(open.body.toString(), /# EOF\n$/);
  const packed = await get(port, { headers: { 'accept-encoding': 'gzip' } });
  assert.equal(packed.headers['content-encoding'], 'gzip');
  assert.deepEqual(gunzipSync(packed.body), plain.body);
});

test('There is one path, to be read', async () => {
  await using given = await setUp({ path: '/samples' });
  assert.equal((await get(given.port)).status, 404);
  assert.equal((await get(given.port, { path: '/samples/' })).status, 404);
  const posted = await get(given.port, { path: '/samples', method: 'POST' });
  assert.deepEqual([posted.status, posted.headers.allow], [405, 'GET, HEAD']);
  const head = await get(given.port, { path: '/samples', method: 'HEAD' });
  assert.deepEqual([head.status, head.body.length], [200, 0]);
});

test('A client that does not read, or goes away, holds up neither others nor the publisher', async () => {
  await using given = await setUp();
  const { exporter, port } = given;
  const samples = Array.from({ length: 50_000 }, (_, index) => exampleSample({ resourceId: `resource-${index}` }));
  await exporter.publish(samples, signal);
  const slow = Array.from({ length: 5 }, () => connect(port, '127.0.0.1').pause());
  for (const socket of slow) socket.write('GET /metrics HTTP/1.1\r\nHost: x\r\n\r\n');
  const all = await Promise.all(Array.from({ length: 5 }, () => get(port)));
  for (const { body } of all) assert.equal(body.toString().match(/^nephometer_/gm)?.length, 50_000);
  await exporter.publish(samples, signal);
  for (const socket of slow) socket.destroy();
  assert.equal((await get(port)).body.length, all[0]?.body.length);
});

test('Closing ends a client that is being answered, frees the port, and is safe twice', async () => {
  await using given = await setUp();
  const { exporter, port } = given;
  await exporter.publish(
    Array.from({ length: 50_000 }, (_, index) => exampleSample({ resourceId: `resource-${index}` })),
    signal,
  );
  const socket = connect(port, '127.0.0.1').on('error', () => undefined);
  socket.write('GET /metrics HTTP/1.1\r\nHost: x\r\n\r\n');
  await once(socket, 'readable');
  const ended = once(socket, 'close');
  await Promise.all([exporter.close(), exporter.close()]);
  socket.resume();
  await ended;
  await exporter.close();
  await assert.rejects(exporter.publish([exampleSample()], signal), { code: 'closed' });
  await using next = await setUp({ address: { kind: 'tcp', host: '127.0.0.1', port } });
  assert.equal(next.port, port);
});

test('A port that is taken is an error of publishing that names it, until it is free', async () => {
  await using given = await setUp();
  const url = `exporter://${given.address}/metrics`;
  assert.deepEqual(exporterPublisherFactory.validate(url), []);
  const publisher = exporterPublisherFactory.create(url, exampleSettings());
  try {
    await assert.rejects(publisher.publish([exampleSample()], signal), {
      code: 'open_failed',
      isPermanent: false,
      message: `cannot listen on ${given.address}: another process, or another publisher, listens there; stop it or choose another port`,
    });
    await given.exporter.close();
    assert.deepEqual(await publisher.publish([exampleSample()], signal), []);
    assert.match((await get(given.port)).body.toString(), /nephometer_cpu_seconds_total\{/);
  } finally {
    await publisher.close();
  }
});

test('An address that this machine does not have is named', async () => {
  const publisher = createExporter({
    address: { kind: 'tcp', host: '203.0.113.1', port: await freePort() },
    path: '/metrics',
    hasTimestamps: false,
    naming: nativeNaming,
    maxSeries: 1,
  });
  await assert.rejects(
    publisher.publish([exampleSample()], signal),
    /203\.0\.113\.1:\d+: this machine has no such address/,
  );
  await publisher.close();
});

test('An abort is heeded', async () => {
  await using given = await setUp();
  const reason = new Error('stop');
  await assert.rejects(given.exporter.publish([exampleSample()], AbortSignal.abort(reason)), reason);
});

test('With TLS only clients with a certificate are answered, if an authority is named', async () => {
  await using directory = await temporaryDirectory();
  const path = await createCertificates(directory.path, { server: 'IP:127.0.0.1', client: 'DNS:client' });
  const tls = { certFile: path('server.pem'), keyFile: path('server.key'), caFile: path('ca.pem') };
  await using given = await setUp({ tls });
  const ca = await readFile(path('ca.pem'));
  const client = { cert: await readFile(path('client.pem')), key: await readFile(path('client.key')) };
  const status = async (credentials: object): Promise<number | undefined> => {
    const { promise, resolve, reject } = Promise.withResolvers<number | undefined>();
    const options = { port: given.port, host: '127.0.0.1', path: '/metrics', agent: false, ca, ...credentials };
    requestTls(options, (response) => {
      response.resume();
      resolve(response.statusCode);
    })
      .on('error', reject)
      .end();
    return promise;
  };
  assert.equal(await status(client), 200);
  await assert.rejects(status({}));
});

test('Closing does not wait for a client that is silent instead of agreeing on TLS', async () => {
  await using directory = await temporaryDirectory();
  const path = await createCertificates(directory.path, { server: 'IP:127.0.0.1' });
  await using given = await setUp({ tls: { certFile: path('server.pem'), keyFile: path('server.key') } });
  const socket = connect(given.port, '127.0.0.1');
  const ended = once(socket, 'close');
  await once(socket, 'connect');
  // Long enough to have been accepted: somebody who came after it has been answered.
  await assert.rejects(get(given.port));
  const { promise: tooLate, reject } = Promise.withResolvers<never>();
  const timer = setTimeout(() => reject(new Error('it waits until the client is given up, after ten seconds')), 8000);
  await Promise.race([given.exporter.close(), tooLate]).finally(() => clearTimeout(timer));
  await ended;
});

test('A file of TLS that cannot be used is an error of publishing that names it', async () => {
  await using directory = await temporaryDirectory();
  const path = await createCertificates(directory.path, { server: 'IP:127.0.0.1' });
  const address = { kind: 'tcp', host: '127.0.0.1', port: 0 } as const;
  const table = [
    [{ certFile: path('none.pem'), keyFile: path('server.key') }, /none\.pem cannot be used/],
    [{ certFile: path('server.key'), keyFile: path('server.key') }, /server\.key cannot be used/],
  ] as const;
  for (const [tls, message] of table) {
    const options = { address, tls, path: '/metrics', hasTimestamps: false, naming: nativeNaming, maxSeries: 1 };
    const publisher = createExporter(options);
    await assert.rejects(publisher.publish([exampleSample()], signal), { code: 'bad_file', message });
    await publisher.close();
  }
});
