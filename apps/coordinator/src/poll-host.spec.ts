/** One host in one cycle, over a real gRPC connection to a service that the test scripts. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { Server, ServerCredentials, status } from '@grpc/grpc-js';
import type { handleUnaryCall } from '@grpc/grpc-js';
import { raceAbort } from '@nephometer/abortable';
import { createLocalInstances } from '@nephometer/discovery';
import {
  InspectInstancesResponse,
  InspectionStatus,
  InspectorServiceService,
  InstanceState,
  ListInstancesResponse,
  StatisticsGroup,
  timestampFromMs,
} from '@nephometer/inspector-api';
import type { InspectInstancesRequest, InspectorServiceServer, ListInstancesRequest } from '@nephometer/inspector-api';
import { createInspectorClient } from '@nephometer/inspector-client';
import { createRegistry } from '@nephometer/plugin';
import type { Discovery } from '@nephometer/plugin';
import { pollstersFor } from '@nephometer/pollsters';
import { formatError } from '@nephometer/service';
import { createBlacklist } from './blacklist.ts';
import type { Task } from './build-tasks.ts';
import { createHost } from './host.ts';
import type { Host } from './host.ts';
import { pollHost } from './poll-host.ts';
import type { HostOutcome } from './poll-host.ts';

const { signal } = new AbortController();

const cpuAndVcpus = pollstersFor('head').filter(({ name }) => name === 'cpu' || name === 'vcpus');

const task: Task = {
  name: '60s',
  intervalMs: 60_000,
  matches: [
    {
      source: 's',
      resources: new Set(),
      discoveries: [{ name: 'local_instances', parameter: null }],
      pollsters: cpuAndVcpus,
    },
  ],
  groups: [StatisticsGroup.CPU, StatisticsGroup.VCPU],
};

/** An inspector whose state the test sets, and a count of what it was asked. */
interface ScriptedInspector extends AsyncDisposable {
  readonly host: Host;
  readonly asked: { lists: number; inspections: InspectInstancesRequest[] };
  readonly state: { revision: bigint; ids: string[]; listFails: boolean; inspectFails: boolean };
}

async function scriptInspector(
  unmanaged = true,
  refresh?: NonNullable<Discovery['refresh']>,
): Promise<ScriptedInspector> {
  const asked: ScriptedInspector['asked'] = { lists: 0, inspections: [] };
  const state = { revision: 1n, ids: ['a', 'b'], listFails: false, inspectFails: false };
  const listInstances: handleUnaryCall<ListInstancesRequest, ListInstancesResponse> = (_call, callback) => {
    asked.lists += 1;
    if (state.listFails) return callback({ code: status.UNAVAILABLE, details: 'no list' });
    const instances = state.ids.map((id) => ({ id, name: `name-${id}`, state: InstanceState.RUNNING }));
    const { revision: inventoryRevision } = state;
    callback(null, ListInstancesResponse.fromPartial({ host: 'node-1', instances, inventoryRevision }));
  };
  const inspectInstances: handleUnaryCall<InspectInstancesRequest, InspectInstancesResponse> = (call, callback) => {
    asked.inspections.push(call.request);
    if (state.inspectFails) return callback({ code: status.UNAVAILABLE, details: 'no statistics' });
    const instances = state.ids.map((id) => ({
      id,
      status: InspectionStatus.OK,
      cpu: { timeNs: 7n },
      vcpuCount: { current: 2 },
    }));
    const reading = { readAt: timestampFromMs(1500), inventoryRevision: state.revision, instances };
    callback(null, InspectInstancesResponse.fromPartial(reading));
  };
  const never = (): void => undefined;
  const service: InspectorServiceServer = {
    ...{ getHost: never, getInstance: never, watchInstances: never },
    ...{ listInstances, inspectInstances },
  };
  const server = new Server();
  server.addService(InspectorServiceService, service);
  const port = await new Promise<number>((resolve, reject) => {
    server.bindAsync('127.0.0.1:0', ServerCredentials.createInsecure(), (error, bound) =>
      error ? reject(error) : resolve(bound),
    );
  });
  const localInstances: Discovery = { ...createLocalInstances({ unmanaged }), ...(refresh && { refresh }) };
  const discoveries = createRegistry('discovery', [localInstances], ({ name }) => name);
  const host = createHost(createInspectorClient({ target: `127.0.0.1:${port}` }), discoveries);
  return {
    host,
    asked,
    state,
    [Symbol.asyncDispose]: async () => {
      host.close();
      server.forceShutdown();
    },
  };
}

let ids = 0;
const stamps = { source: 'openstack', nextId: () => `id-${(ids += 1)}` };

async function poll(host: Host, deadlineMs = 20_000): Promise<HostOutcome> {
  const memory = { readings: new Map(), blacklist: createBlacklist() };
  return pollHost({ host, task, memory, stamps, deadlineMs }, signal);
}

/** The samples of an outcome as `instance meter`. */
function sampled(outcome: HostOutcome): string[] {
  return outcome.kind === 'polled' ? outcome.samples.map(({ resourceId, name }) => `${resourceId} ${name}`) : [];
}

test('a cycle is one call for the groups of the task, and a list only when the revision has moved', async () => {
  await using inspector = await scriptInspector();
  const { host, asked, state } = inspector;
  assert.deepEqual(sampled(await poll(host)), ['a cpu', 'a vcpus', 'b cpu', 'b vcpus']);
  assert.deepEqual(asked.inspections[0]?.groups, [StatisticsGroup.CPU, StatisticsGroup.VCPU]);
  assert.deepEqual(asked.inspections[0].ids, []);
  await poll(host);
  assert.deepEqual([asked.inspections.length, asked.lists], [2, 1]);
  Object.assign(state, { revision: 2n, ids: ['b', 'c'] });
  assert.deepEqual(sampled(await poll(host)), ['b cpu', 'b vcpus', 'c cpu', 'c vcpus']);
  assert.deepEqual([asked.inspections.length, asked.lists], [3, 2]);
});

test('a list that fails keeps the last good one, and the cycle says so', async () => {
  await using inspector = await scriptInspector();
  const { host, state } = inspector;
  await poll(host);
  Object.assign(state, { revision: 2n, ids: ['b', 'c'], listFails: true });
  const outcome = await poll(host);
  assert.deepEqual(sampled(outcome), ['b cpu', 'b vcpus']);
  assert.equal(outcome.kind === 'polled' && outcome.staleInventory?.code, 'unreachable');
  state.listFails = false;
  const next = await poll(host);
  assert.deepEqual(sampled(next), ['b cpu', 'b vcpus', 'c cpu', 'c vcpus']);
  assert.equal(next.kind === 'polled' && next.staleInventory, undefined);
});

test('two tasks that find the same change share one list', async () => {
  await using inspector = await scriptInspector();
  const { host, asked } = inspector;
  const outcomes = await Promise.all([poll(host), poll(host)]);
  assert.deepEqual(
    outcomes.map((outcome) => sampled(outcome).length),
    [4, 4],
  );
  assert.equal(asked.lists, 1);
});

test('a host that cannot be read is an outcome with the reason', async () => {
  await using inspector = await scriptInspector();
  inspector.state.inspectFails = true;
  const outcome = await poll(inspector.host);
  assert.equal(outcome.kind === 'failed' && outcome.error.code, 'unreachable');
});

test('an instance that is not metered is told once, not every cycle', async () => {
  await using inspector = await scriptInspector(false);
  const { host, state } = inspector;
  const skipped = async (): Promise<string[]> => {
    const outcome = await poll(host);
    return outcome.kind === 'polled' ? outcome.skipped.map(({ id, reason }) => `${id}: ${reason.slice(0, 24)}`) : [];
  };
  assert.deepEqual(await skipped(), ['a: it has no Nova metadata,', 'b: it has no Nova metadata,']);
  assert.deepEqual(await skipped(), []);
  Object.assign(state, { revision: 2n, ids: ['b', 'c'] });
  assert.deepEqual(await skipped(), ['c: it has no Nova metadata,']);
});

test('a discovery that does not answer costs no sample, and is the same trouble in each cycle', async () => {
  const never = new Promise<boolean>(() => undefined);
  await using inspector = await scriptInspector(true, (_host, waiting) => raceAbort(never, waiting));
  const troubles: string[] = [];
  for (const deadlineMs of [1500, 2000]) {
    const outcome = await poll(inspector.host, deadlineMs);
    assert.deepEqual(sampled(outcome), ['a cpu', 'a vcpus', 'b cpu', 'b vcpus']);
    const failures = outcome.kind === 'polled' ? outcome.staleDiscoveries : [];
    troubles.push(...failures.map(({ discovery, error }) => `${discovery}: ${formatError(error)}`));
  }
  assert.match(troubles[0] ?? '', /^local_instances: .*did not answer/);
  assert.deepEqual(troubles, [troubles[0], troubles[0]]);
});
