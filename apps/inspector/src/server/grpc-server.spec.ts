import assert from 'node:assert/strict';
import { once } from 'node:events';
import { readFile, stat, writeFile } from 'node:fs/promises';
import { createServer } from 'node:net';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { test } from 'node:test';
import { credentials, loadPackageDefinition } from '@grpc/grpc-js';
import type { Client, ClientDuplexStream, ServiceError } from '@grpc/grpc-js';
import { loadSync } from '@grpc/proto-loader';
import { inspectorServiceName } from '@nephometer/inspector-api';
import { createCertificates, eventually, startProcess, temporaryDirectory } from '@nephometer/test-kit';
import { InspectorError } from '../inspector-error.ts';
import { createSimulatedHypervisor } from '../simulated/simulated-hypervisor.ts';
import { checkHealth, healthClient } from '../testing/health-client.ts';
import { call, failure, startLoopback } from '../testing/loopback.ts';
import type { Loopback, LoopbackSettings } from '../testing/loopback.ts';
import { createCredentials } from './credentials.ts';
import { subjectNames } from './interceptors.ts';

const loopback = (settings?: LoopbackSettings): Promise<Loopback> =>
  startLoopback(createSimulatedHypervisor({ instances: 2, seed: 1 }), settings);

void test('health follows the hypervisor, for the server and for the service, and stays down while draining', async () => {
  await using loop = await loopback();
  const client = healthClient(loop.address);
  const { availability } = loop.sink;
  try {
    for (const name of ['', inspectorServiceName]) {
      assert.equal(await checkHealth(client, name), 'SERVING');
      availability.set({ available: false, reason: 'test' });
      assert.equal(await checkHealth(client, name), 'NOT_SERVING');
      availability.set({ available: true, hostname: 'test' });
    }
    loop.health.drain();
    availability.set({ available: false, reason: 'test' });
    availability.set({ available: true, hostname: 'test' });
    assert.equal(await checkHealth(client, ''), 'NOT_SERVING');
  } finally {
    client.close();
  }
});

void test('stopping ends the watchers of health, so that the server can close in order', async () => {
  await using loop = await loopback();
  const client = healthClient(loop.address);
  try {
    const stream = client.watch({ service: '' });
    const ended = new Promise<ServiceError>((resolve) => stream.on('error', (error) => resolve(error as ServiceError)));
    await new Promise((resolve) => stream.once('data', resolve));
    stream.resume();
    await loop.close(20_000);
    assert.match((await ended).message, /UNAVAILABLE/);
  } finally {
    client.close();
  }
});

void test('a call that does not end is cut when the grace is over', async () => {
  const hypervisor = createSimulatedHypervisor({ instances: 1, seed: 1 });
  const stuck = Promise.withResolvers<never>();
  await using loop = await startLoopback({ ...hypervisor, inspect: () => stuck.promise });
  const cut = failure(call(loop.client, 'inspectInstances', { ids: [], groups: [], maxAge: undefined }));
  await call(loop.client, 'getHost', {});
  await loop.close(0);
  assert.match((await cut).code, /UNAVAILABLE|CANCELLED|INTERNAL/);
  // Or the reading's own deadline would keep the process alive.
  stuck.reject(new Error('the test is over'));
});

for (const version of ['v1', 'v1alpha']) {
  void test(`reflection ${version} lists our service and health, and describes ours`, async () => {
    await using loop = await loopback();
    const root = new URL(import.meta.resolve('@grpc/reflection'));
    const file = new URL(`../proto/grpc/reflection/${version}/reflection.proto`, root);
    const definition = loadPackageDefinition(loadSync(file.pathname)) as unknown as {
      grpc: { reflection: Record<string, { ServerReflection: new (...args: unknown[]) => Client }> };
    };
    const Service = definition.grpc.reflection[version]?.ServerReflection;
    assert.ok(Service !== undefined);
    const client = new Service(loop.address, credentials.createInsecure()) as Client & {
      ServerReflectionInfo(): ClientDuplexStream<
        object,
        Record<string, { service?: { name: string }[]; fileDescriptorProto?: Buffer[] }>
      >;
    };
    try {
      const stream = client.ServerReflectionInfo();
      stream.write({ listServices: '' });
      const [list] = (await once(stream, 'data')) as [Record<string, { service?: { name: string }[] }>];
      const names = list['listServicesResponse']?.service?.map(({ name }) => name) ?? [];
      assert.ok(names.includes(inspectorServiceName) && names.includes('grpc.health.v1.Health'), names.join());
      stream.write({ fileContainingSymbol: inspectorServiceName });
      const [files] = (await once(stream, 'data')) as [Record<string, { fileDescriptorProto?: Buffer[] }>];
      assert.ok((files['fileDescriptorResponse']?.fileDescriptorProto ?? []).length > 0);
      stream.end();
      await once(stream, 'end');
    } finally {
      client.close();
    }
  });
}

void test('a port in use is refused with its address and what to do', async () => {
  const other = createServer().listen(0, '127.0.0.1');
  await once(other, 'listening');
  const { port } = other.address() as AddressInfo;
  try {
    await assert.rejects(loopback({ address: { kind: 'tcp', host: '127.0.0.1', port } }), (error) => {
      assert.ok(error instanceof InspectorError && error.code === 'listen-failed');
      return error.message.includes(`127.0.0.1:${port}`) && error.message.includes('--listen');
    });
  } finally {
    other.close();
  }
});

void test('a unix socket is served, removed at the end, and a stale one is replaced', async () => {
  await using directory = await temporaryDirectory();
  const path = join(directory.path, 'api.sock');
  const address = { kind: 'unix', path } as const;
  // A process that is killed leaves its socket behind.
  const script = `require('net').createServer().listen(${JSON.stringify(path)}, () => console.log('up'))`;
  {
    await using listener = await startProcess(process.execPath, ['-e', script]);
    await listener.waitForLine((line) => line === 'up');
    await assert.rejects(loopback({ address }), { code: 'listen-failed' });
  }
  assert.ok((await stat(path)).isSocket());
  {
    await using loop = await loopback({ address });
    assert.equal(loop.address, `unix:${path}`);
    assert.equal((await call(loop.client, 'getHost', {})).host?.driver, 'simulated');
  }
  await assert.rejects(stat(path), { code: 'ENOENT' });
});

const certificates = (directory: string): Promise<(name: string) => string> =>
  createCertificates(directory, {
    server: 'DNS:localhost,IP:127.0.0.1',
    friend: 'DNS:Coordinator.example,URI:spiffe://c',
    stranger: 'DNS:other',
  });

void test('with TLS only clients whose certificate is allowed are let in, the others get PERMISSION_DENIED', async () => {
  await using directory = await temporaryDirectory();
  const file = await certificates(directory.path);
  const allow = ['coordinator.example'];
  const tls = { ca: file('ca.pem'), cert: file('server.pem'), key: file('server.key'), allow };
  const serverCredentials = await createCredentials(tls);
  const ask = async (client?: string): Promise<string> => {
    const ca = await readFile(tls.ca);
    const clientCredentials =
      client === undefined
        ? credentials.createSsl(ca)
        : credentials.createSsl(ca, await readFile(file(`${client}.key`)), await readFile(file(`${client}.pem`)));
    await using loop = await loopback({ serverCredentials, clientCredentials, allow });
    return await call(loop.client, 'getHost', {}).then(
      () => 'OK',
      async (error: unknown) => (await failure(Promise.reject(error as Error))).code,
    );
  };
  assert.equal(await ask('friend'), 'OK');
  assert.equal(await ask('stranger'), 'PERMISSION_DENIED');
  assert.equal(await ask(), 'UNAVAILABLE');
});

void test('certificates that cannot be read or do not fit are refused before anything listens', async () => {
  await using directory = await temporaryDirectory();
  const file = await certificates(directory.path);
  const tls = { ca: file('ca.pem'), cert: file('server.pem'), key: file('server.key'), allow: [] };
  await assert.rejects(createCredentials({ ...tls, key: file('nothing.key') }), { code: 'bad-tls' });
  const start = async (wrong: object): Promise<unknown> =>
    loopback({ serverCredentials: await createCredentials({ ...tls, ...wrong }) });
  await assert.rejects(start({ key: file('friend.key') }), { code: 'bad-tls' });
  await writeFile(file('junk.pem'), 'junk');
  await assert.rejects(start({ cert: file('junk.pem') }), { code: 'bad-tls' });
});

void test('names in a certificate are read as Node writes them', () => {
  const text = 'DNS:a.example, IP Address:10.0.0.1, URI:"spiffe://x, DNS:fake", email:me@x';
  assert.deepEqual(subjectNames(text), ['a.example', '10.0.0.1', 'spiffe://x, DNS:fake', 'me@x']);
  assert.deepEqual(subjectNames(undefined), []);
});

void test('every call is counted once with its code', async () => {
  await using loop = await loopback();
  await call(loop.client, 'getHost', {});
  await failure(call(loop.client, 'getInstance', { id: 'x' }));
  await eventually(() =>
    assert.deepEqual(loop.ended, [
      { method: `${inspectorServiceName}/GetHost`, code: 'OK' },
      { method: `${inspectorServiceName}/GetInstance`, code: 'INVALID_ARGUMENT' },
    ]),
  );
});
