import assert from 'node:assert/strict';
import { once } from 'node:events';
import { writeFile } from 'node:fs/promises';
import { createServer } from 'node:net';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { test } from 'node:test';
import { credentials } from '@grpc/grpc-js';
import { InspectorServiceClient } from '@nephometer/inspector-api';
import { eventually, startLibvirtd, startProcess, temporaryDirectory } from '@nephometer/test-kit';
import type { ProcessOptions, TestProcess } from '@nephometer/test-kit';
import { call } from './testing/loopback.ts';

const main = new URL('./main.ts', import.meta.url).pathname;
const start = (args: readonly string[], options?: ProcessOptions): Promise<TestProcess> =>
  startProcess(process.execPath, [main, ...args], options);

interface Ready {
  readonly msg: string;
  readonly listen: string;
  readonly http: string;
  readonly hypervisor: string;
  readonly uri: string;
}

async function ready(service: TestProcess): Promise<Ready> {
  return JSON.parse(await service.waitForLine((line) => line.includes('"msg":"ready"'), { from: 'stderr' })) as Ready;
}

const simulated = ['--hypervisor', 'simulated', '--listen', '127.0.0.1:0', '--http', '127.0.0.1:0'];

void test('it says where it listens, serves API, metrics and health there, and SIGTERM ends it with 0', async () => {
  await using service = await start([...simulated, '--host', 'h1.example']);
  const { listen, http, hypervisor } = await ready(service);
  assert.equal(hypervisor, 'simulated');
  const client = new InspectorServiceClient(listen, credentials.createInsecure());
  try {
    assert.equal((await call(client, 'getHost', {})).host?.name, 'h1.example');
    await call(client, 'inspectInstances', { ids: [], groups: [], maxAge: undefined });
    const metrics = await (await fetch(`http://${http}/metrics`)).text();
    assert.match(metrics, /nephometer_inspector_calls_total\{method="[^"]*GetHost",code="OK"\} 1/);
    assert.match(metrics, /nephometer_inspector_hypervisor_available 1/);
    assert.match(metrics, /nephometer_inspector_instances\{status="ok"\} \d/);
    assert.equal((await fetch(`http://${http}/healthz`)).status, 200);
    // A watcher must not keep it from stopping.
    const stream = client.watchInstances({}).on('error', () => {});
    await new Promise((resolve) => stream.once('data', resolve));
    stream.resume();
    service.kill('SIGTERM');
    assert.deepEqual(await service.exit, { code: 0, signal: null });
  } finally {
    client.close();
  }
});

void test('a port in use ends it with 1 and a message; nothing is left running', async () => {
  const other = createServer().listen(0, '127.0.0.1');
  await once(other, 'listening');
  try {
    const listen = `127.0.0.1:${(other.address() as AddressInfo).port}`;
    await using service = await start(['--hypervisor', 'simulated', '--listen', listen]);
    assert.equal((await service.exit).code, 1);
    assert.ok(service.lines('stderr').some((line) => line.includes(listen)));
    await using half = await start([...simulated.slice(0, 4), '--http', listen]);
    assert.equal((await half.exit).code, 1);
  } finally {
    other.close();
  }
});

const wrong = [
  [['--lissen', 'x'], 'unknown option'],
  [['--hypervisor', 'vmware'], 'vmware'],
  [['--libvirt-uri', 'qemu+ssh://host/system'], 'libvirt.uri'],
  [['--listen', '0.0.0.0:0'], 'insecure'],
  [['--config', '/nowhere/inspector.yaml'], '/nowhere/inspector.yaml'],
  [['stray'], 'too many arguments'],
] as const;
for (const [args, said] of wrong) {
  void test(`what the operator has to correct ends it with 2: ${args.join(' ')}`, async () => {
    await using service = await start(args);
    assert.deepEqual(await service.exit, { code: 2, signal: null });
    assert.ok(service.lines('stderr').join('\n').includes(said), service.lines('stderr').join('\n'));
    assert.deepEqual(
      service.jsonLines('stderr').filter(({ msg }) => msg === 'ready'),
      [],
    );
  });
}

void test('a wrong file ends it with 2 and every problem with its line', async () => {
  await using directory = await temporaryDirectory();
  const file = join(directory.path, 'inspector.yaml');
  await writeFile(file, 'hypervisor: simulated\nlissen: 127.0.0.1:0\nsimulated: {instances: 0}\n');
  await using service = await start(['--config', file]);
  assert.equal((await service.exit).code, 2);
  const text = service.lines('stderr').join('\n');
  assert.ok(text.includes(`${file}:2`) && text.includes(`${file}:3`), text);
});

for (const flag of ['--help', '--version']) {
  void test(`${flag} is data: it goes to stdout and ends with 0`, async () => {
    await using service = await start([flag]);
    assert.deepEqual(await service.exit, { code: 0, signal: null });
    assert.notEqual(service.lines('stdout').length, 0);
    assert.deepEqual(service.lines('stderr'), []);
  });
}

void test('without libvirtd it runs and is unhealthy; health follows it as it comes, dies and comes back', async () => {
  await using libvirtd = await startLibvirtd();
  await libvirtd.kill('SIGTERM');
  const args = ['--libvirt-uri', libvirtd.uri('test'), '--listen', '127.0.0.1:0', '--http', '127.0.0.1:0'];
  await using service = await start(args);
  const { http } = await ready(service);
  assert.equal((await fetch(`http://${http}/healthz`)).status, 503);
  await libvirtd.restart();
  const health = (status: number): Promise<void> =>
    eventually(async () => assert.equal((await fetch(`http://${http}/healthz`)).status, status));
  await health(200);
  await libvirtd.kill('SIGKILL');
  await health(503);
  await libvirtd.restart();
  await health(200);
  const metrics = await (await fetch(`http://${http}/metrics`)).text();
  assert.match(metrics, /^nephometer_inspector_hypervisor_connects_total 2$/m);
  assert.match(metrics, /^nephometer_inspector_missed_events_total\{found_by="resync"\} 0$/m);
  service.kill('SIGTERM');
  assert.equal((await service.exit).code, 0);
});
