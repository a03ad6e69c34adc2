/** Clients that share no code with us: `buf curl` (Go) by reflection, Python's gRPC from proto/. */
import assert from 'node:assert/strict';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { runCommand, startProcess, temporaryDirectory } from '@nephometer/test-kit';
import { startInspector } from './services.ts';

const SERVICE = 'nephometer.inspector.v1.InspectorService';
const root = fileURLToPath(new URL('../..', import.meta.url));
const buf = join(root, 'node_modules/.bin/buf');

const curl = (target: string, ...args: string[]): Promise<string> =>
  runCommand(buf, ['curl', '--protocol', 'grpc', '--http2-prior-knowledge', ...args, `http://${target}`]);

const call = async (target: string, method: string, request: object): Promise<Record<string, unknown>> => {
  const text = await runCommand(buf, [
    ...['curl', '--protocol', 'grpc', '--http2-prior-knowledge', '-d', JSON.stringify(request)],
    `http://${target}/${SERVICE}/${method}`,
  ]);
  return JSON.parse(text) as Record<string, unknown>;
};

interface InstanceJson {
  readonly id: string;
  readonly name: string;
}

test('buf curl calls every method by reflection', async () => {
  await using inspector = await startInspector('--listen', '127.0.0.1:0', '--hypervisor', 'simulated');
  const { target } = inspector;
  const services = await curl(target, '--list-services');
  for (const service of [SERVICE, 'grpc.health.v1.Health']) assert.match(services, new RegExp(service));

  const { host } = (await call(target, 'GetHost', {})) as { host: { driver: string; supportedGroups: string[] } };
  assert.equal(host.driver, 'simulated');
  assert.ok(host.supportedGroups.includes('STATISTICS_GROUP_DISK'));

  const { instances } = (await call(target, 'ListInstances', { pageSize: 3 })) as { instances: InstanceJson[] };
  assert.equal(instances.length, 3);
  const id = instances[0]?.id ?? '';

  const { instance } = (await call(target, 'GetInstance', { id })) as { instance: InstanceJson };
  assert.deepEqual(instance, instances[0]);

  const inspected = (await call(target, 'InspectInstances', { ids: [id], groups: ['STATISTICS_GROUP_CPU'] })) as {
    instances: { id: string; cpu: { timeNs: string }; disks?: unknown }[];
    readAt: string;
  };
  assert.match(inspected.readAt, /^\d{4}-\d\d-\d\dT/);
  assert.equal(inspected.instances[0]?.id, id);
  assert.match(inspected.instances[0].cpu.timeNs, /^\d+$/);
  assert.equal(inspected.instances[0].disks, undefined, 'only what was asked for');

  // Watching has no end: what matters is that the mark after the inventory comes.
  const args = ['curl', '--protocol', 'grpc', '--http2-prior-knowledge', '-d', '{}'];
  await using watch = await startProcess(buf, [...args, `http://${target}/${SERVICE}/WatchInstances`]);
  await watch.waitForLine((line) => line.includes('INVENTORY_CHANGE_SYNCED'), { from: 'stdout' });

  await assert.rejects(call(target, 'GetInstance', { id: 'nonsense' }), /invalid_argument/);
});

const PYTHON = `
import sys, grpc
from nephometer.inspector.v1 import inspector_service_pb2 as api, inspector_service_pb2_grpc as stubs
from nephometer.inspector.v1 import statistics_pb2 as statistics
from google.protobuf.duration_pb2 import Duration

inspector = stubs.InspectorServiceStub(grpc.insecure_channel(sys.argv[1]))
print('host', inspector.GetHost(api.GetHostRequest(), timeout=30).host.driver)
listed = inspector.ListInstances(api.ListInstancesRequest(page_size=4), timeout=30)
print('listed', len(listed.instances), bool(listed.next_page_token))
first = listed.instances[0]
print('same', inspector.GetInstance(api.GetInstanceRequest(id=first.id), timeout=30).instance == first)
request = api.InspectInstancesRequest(groups=[statistics.STATISTICS_GROUP_CPU], max_age=Duration(seconds=60))
reply = inspector.InspectInstances(request, timeout=30)
running = [each for each in reply.instances if each.HasField('cpu')]
print('beyond a double', any(each.cpu.time_ns > 2 ** 53 for each in running))
print('absent', not any(each.HasField('memory') or each.disks for each in reply.instances))
print('shared', inspector.InspectInstances(request, timeout=30).read_at == reply.read_at)
changes = []
watch = inspector.WatchInstances(api.WatchInstancesRequest(), timeout=30)
for change in watch:
    changes.append(change.change)
    if change.change == api.INVENTORY_CHANGE_SYNCED:
        watch.cancel()
        break
print('watched', len(changes) - 1)
try:
    inspector.GetInstance(api.GetInstanceRequest(id='00000000-0000-4000-8000-000000000000'), timeout=30)
except grpc.RpcError as error:
    print('missing', error.code().name, 'grpc-status-details-bin' in dict(error.trailing_metadata()))
`;

// protoc 3.5, which Debian's python3-grpc-tools bundle, cannot parse `optional` in proto3 files, but takes descriptors of
// them. Called as a function, because its command line adds an -I that excludes --descriptor_set_in.
const GENERATE = 'import sys; from grpc_tools import protoc; sys.exit(protoc.main(sys.argv))';

/** Generates the Python code of the API into a directory, with Debian's tools. */
async function generatePython(directory: string): Promise<void> {
  const descriptors = join(directory, 'api.binpb');
  await runCommand(buf, ['build', join(root, 'proto'), '--as-file-descriptor-set', '-o', descriptors]);
  const files = ['inspector_service', 'host', 'instance', 'statistics'].map(
    (name) => `nephometer/inspector/v1/${name}.proto`,
  );
  const out = [`--python_out=${directory}`, `--grpc_python_out=${directory}`];
  const args = ['-c', GENERATE, `--descriptor_set_in=${descriptors}`, ...out, ...files];
  // Debian's Python, which has Debian's gRPC: another one may come first on PATH.
  await runCommand('/usr/bin/python3', args);
}

test('a Python client generated from proto/ calls every method', async () => {
  await using inspector = await startInspector('--listen', '127.0.0.1:0', '--hypervisor', 'simulated');
  await using directory = await temporaryDirectory();
  await generatePython(directory.path);
  const script = join(directory.path, 'client.py');
  await writeFile(script, PYTHON);
  const printed = await runCommand('/usr/bin/python3', [script, inspector.target]);
  assert.deepEqual(printed.trim().split('\n'), [
    'host simulated',
    'listed 4 True',
    'same True',
    'beyond a double True',
    'absent True',
    'shared True',
    'watched 10',
    'missing NOT_FOUND True',
  ]);
});
