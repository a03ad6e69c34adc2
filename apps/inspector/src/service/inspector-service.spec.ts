import assert from 'node:assert/strict';
import { test } from 'node:test';
import { eventually } from '@nephometer/test-kit';
import {
  BadRequest,
  durationFromMs,
  durationToMs,
  ErrorInfo,
  InspectionStatus,
  Instance,
  InventoryChange,
  ResourceInfo,
  RetryInfo,
  StatisticsGroup,
} from '@nephometer/inspector-api';
import type { InspectInstancesRequest, WatchInstancesResponse } from '@nephometer/inspector-api';
import type { ServiceError } from '@grpc/grpc-js';
import type { Hypervisor } from '../hypervisor.ts';
import { createSimulatedHypervisor } from '../simulated/simulated-hypervisor.ts';
import { call, failure, startLoopback, statusOf } from '../testing/loopback.ts';
import { maxIds } from './validate.ts';

const simulated = (instances = 12): Hypervisor => createSimulatedHypervisor({ instances, seed: 1 });
/** A hypervisor that is never there. */
const away: Hypervisor = {
  ...simulated(1),
  uri: 'qemu:///nowhere',
  run: async ({ availability }) => availability.set({ available: false, reason: 'nobody there' }),
};
const everything = { ids: [], groups: [], maxAge: undefined };
const unknownId = '00000000-0000-4000-8000-000000000000';

void test('GetHost describes the host under its configured name', async () => {
  await using loop = await startLoopback(simulated());
  const { host } = await call(loop.client, 'getHost', {});
  assert.deepEqual(
    [host?.name, host?.driver, host?.inspectorVersion, host?.hypervisorType],
    ['loop.example', 'simulated', '1.2.3', 'SIMULATED'],
  );
  assert.ok(host?.now !== undefined && host.supportedGroups.length === 6);
});

void test('ListInstances gives every instance once, ordered, over pages', async () => {
  await using loop = await startLoopback(simulated());
  const ids: string[] = [];
  let pageToken = '';
  do {
    const page = await call(loop.client, 'listInstances', { pageSize: 5, pageToken });
    assert.equal(page.inventoryRevision, loop.sink.inventory.revision);
    ids.push(...page.instances.map(({ id }) => id));
    pageToken = page.nextPageToken;
  } while (pageToken !== '');
  assert.deepEqual(
    ids,
    loop.sink.inventory.list().map(({ id }) => id),
  );
});

void test('a page size of 0 means 500 and a huge one 1000', async () => {
  await using loop = await startLoopback(simulated(1100));
  const size = async (pageSize: number): Promise<number> =>
    (await call(loop.client, 'listInstances', { pageSize, pageToken: '' })).instances.length;
  assert.deepEqual([await size(0), await size(4_000_000_000)], [500, 1000]);
});

void test('pages go on behind an instance that was removed meanwhile', async () => {
  await using loop = await startLoopback(simulated());
  const first = await call(loop.client, 'listInstances', { pageSize: 5, pageToken: '' });
  const all = loop.sink.inventory.list().map(({ id }) => id);
  loop.sink.inventory.remove(all[4] ?? '');
  const second = await call(loop.client, 'listInstances', { pageSize: 5, pageToken: first.nextPageToken });
  assert.deepEqual(
    second.instances.map(({ id }) => id),
    all.slice(5, 10),
  );
});

void test('GetInstance finds an instance by its id in either case', async () => {
  await using loop = await startLoopback(simulated());
  const [expected] = loop.sink.inventory.list();
  const { instance } = await call(loop.client, 'getInstance', { id: expected?.id.toUpperCase() ?? '' });
  assert.equal(instance?.name, expected?.name);
});

void test('InspectInstances reads all instances in all groups, ordered by id', async () => {
  await using loop = await startLoopback(simulated());
  const answer = await call(loop.client, 'inspectInstances', everything);
  assert.deepEqual(
    answer.instances.map(({ id }) => id),
    loop.sink.inventory.list().map(({ id }) => id),
  );
  assert.equal(answer.inventoryRevision, loop.sink.inventory.revision);
  assert.ok(answer.readAt !== undefined && answer.readDuration !== undefined);
  assert.equal(answer.age === undefined ? -1 : durationToMs(answer.age), 0);
  const running = answer.instances.find(({ status }) => status === InspectionStatus.OK);
  assert.ok((running?.cpu?.timeNs ?? 0n) > 0n && running?.disks.length === 2);
});

void test('an instance that was asked for and is not there is GONE, and costs the others nothing', async () => {
  await using loop = await startLoopback(simulated());
  const [known] = loop.sink.inventory.list();
  const ids = [known?.id ?? '', unknownId, known?.id ?? ''];
  const answer = await call(loop.client, 'inspectInstances', { ...everything, ids });
  assert.deepEqual(
    answer.instances.map(({ id, state, status }) => [id, state === undefined, status === InspectionStatus.GONE]),
    [
      [unknownId, true, true],
      [known?.id, false, false],
    ],
  );
});

void test('an instance of the inventory that the hypervisor no longer tells about is GONE with its name', async () => {
  await using loop = await startLoopback(simulated(2));
  loop.sink.inventory.put(Instance.create({ id: unknownId, name: 'was-here' }));
  const answer = await call(loop.client, 'inspectInstances', everything);
  const gone = answer.instances.find(({ id }) => id === unknownId);
  assert.deepEqual([gone?.name, gone?.status], ['was-here', InspectionStatus.GONE]);
});

void test('a caller within max_age gets the reading that is there', async () => {
  await using loop = await startLoopback(simulated());
  const first = await call(loop.client, 'inspectInstances', everything);
  const request = { ...everything, maxAge: durationFromMs(60_000) };
  const second = await call(loop.client, 'inspectInstances', request);
  assert.deepEqual(second.readAt, first.readAt);
});

const violations = async (promise: Promise<unknown>): Promise<readonly string[]> => {
  const { code, details } = await failure(promise);
  assert.equal(code, 'INVALID_ARGUMENT');
  const bytes = details.get('BadRequest');
  assert.ok(bytes !== undefined);
  return BadRequest.decode(bytes).fieldViolations.map(({ field }) => field);
};

void test('everything that is wrong with a request is told at once, by field', async () => {
  await using loop = await startLoopback(simulated(1));
  const inspect = (request: Partial<InspectInstancesRequest>): Promise<unknown> =>
    call(loop.client, 'inspectInstances', { ...everything, ...request });
  const groups = [StatisticsGroup.CPU, StatisticsGroup.UNSPECIFIED, 99 as StatisticsGroup, 99 as StatisticsGroup];
  const wrong = { ids: [unknownId, 'x', ''], groups, maxAge: durationFromMs(-5) };
  assert.deepEqual(await violations(inspect(wrong)), ['ids[1]', 'ids[2]', 'groups[1]', 'groups[2]', 'max_age']);
  assert.deepEqual(await violations(inspect({ ids: Array<string>(maxIds + 1).fill(unknownId) })), ['ids']);
  assert.deepEqual(await violations(call(loop.client, 'getInstance', { id: "'; --" })), ['id']);
  for (const pageToken of ['x', 'djE6', `${Buffer.from(`v1:${unknownId}`).toString('base64url')}x`, 'é'.repeat(5000)]) {
    const list = call(loop.client, 'listInstances', { pageSize: 1, pageToken });
    assert.deepEqual(await violations(list), ['page_token']);
  }
  assert.deepEqual(loop.unexpected, []);
});

void test('an unknown instance is NOT_FOUND and named in the details', async () => {
  await using loop = await startLoopback(simulated(1));
  const { code, details } = await failure(call(loop.client, 'getInstance', { id: unknownId }));
  assert.equal(code, 'NOT_FOUND');
  const resource = ResourceInfo.decode(details.get('ResourceInfo') ?? Buffer.alloc(0));
  assert.deepEqual([resource.resourceType, resource.resourceName], ['instance', unknownId]);
});

void test('every method is UNAVAILABLE while the hypervisor is away, with its address and a time to wait', async () => {
  await using loop = await startLoopback(away);
  const { client } = loop;
  const watched = new Promise<never>((_, reject) => client.watchInstances({}).on('error', reject).resume());
  const calls = [
    call(client, 'getHost', {}),
    call(client, 'listInstances', { pageSize: 0, pageToken: '' }),
    call(client, 'getInstance', { id: unknownId }),
    call(client, 'inspectInstances', everything),
    watched,
  ];
  for (const { code, details } of await Promise.all(calls.map(failure))) {
    assert.equal(code, 'UNAVAILABLE');
    const info = ErrorInfo.decode(details.get('ErrorInfo') ?? Buffer.alloc(0));
    assert.deepEqual(
      [info.reason, info.domain, info.metadata],
      ['HYPERVISOR_UNAVAILABLE', 'nephometer.inspector', { uri: 'qemu:///nowhere' }],
    );
    assert.ok(RetryInfo.decode(details.get('RetryInfo') ?? Buffer.alloc(0)).retryDelay !== undefined);
  }
});

void test('a call that comes before the first try to connect has ended waits for it, up to its deadline', async () => {
  await using loop = await startLoopback({ ...simulated(1), run: async () => {} });
  const hopeless = failure(call(loop.client, 'getHost', {}, { deadlineMs: 200 }));
  const host = call(loop.client, 'getHost', {});
  assert.equal((await hopeless).code, 'DEADLINE_EXCEEDED');
  loop.sink.availability.set({ available: true, hostname: 'late' });
  assert.equal((await host).host?.driver, 'simulated');
});

void test('an unexpected error is INTERNAL, keeps its text from the caller and is reported', async () => {
  const broken = new Error('secret path');
  await using loop = await startLoopback({ ...simulated(1), inspect: () => Promise.reject(broken) });
  const { code, message } = await failure(call(loop.client, 'inspectInstances', everything));
  assert.equal(code, 'INTERNAL');
  assert.ok(!message.includes('secret'));
  assert.deepEqual(loop.unexpected, [broken]);
});

/** A hypervisor whose readings end only by their signal. */
function stuck(): { readonly hypervisor: Hypervisor; readonly signals: AbortSignal[] } {
  const signals: AbortSignal[] = [];
  const inspect: Hypervisor['inspect'] = (_request, signal) => {
    signals.push(signal);
    return new Promise((_, reject) => signal.addEventListener('abort', () => reject(signal.reason as Error)));
  };
  return { hypervisor: { ...simulated(1), inspect }, signals };
}

void test("a call's deadline and cancellation reach the hypervisor", async () => {
  const { hypervisor, signals } = stuck();
  await using loop = await startLoopback(hypervisor);
  const late = await failure(call(loop.client, 'inspectInstances', everything, { deadlineMs: 200 }));
  assert.equal(late.code, 'DEADLINE_EXCEEDED');
  await eventually(() => assert.equal(signals[0]?.aborted, true));

  let cancel = (): void => {};
  const cancelled = failure(
    call(loop.client, 'inspectInstances', everything, {
      onCall: (started) => (cancel = () => started.cancel()),
    }),
  );
  await eventually(() => assert.equal(signals.length, 2));
  cancel();
  assert.equal((await cancelled).code, 'CANCELLED');
  await eventually(() => assert.equal(signals[1]?.aborted, true));
  assert.deepEqual(loop.unexpected, []);
});

void test('WatchInstances sends what is there, a mark, and each change until the caller cancels', async () => {
  await using loop = await startLoopback(simulated(3));
  const { inventory } = loop.sink;
  const stream = loop.client.watchInstances({});
  const told: WatchInstancesResponse[] = [];
  stream.on('data', (message: WatchInstancesResponse) => told.push(message)).on('error', () => {});
  await eventually(() => assert.equal(told.length, 4));
  inventory.remove(inventory.list()[0]?.id ?? '');
  inventory.put(Instance.create({ id: unknownId, name: 'new' }));
  await eventually(() => assert.equal(told.length, 6));
  const { EXISTING, SYNCED, REMOVED, ADDED } = InventoryChange;
  assert.deepEqual(
    told.map(({ change }) => change),
    [EXISTING, EXISTING, EXISTING, SYNCED, REMOVED, ADDED],
  );
  assert.deepEqual([told[5]?.instance?.name, told[5]?.inventoryRevision], ['new', inventory.revision]);
  stream.cancel();
  await eventually(() => assert.equal(loop.ended.at(-1)?.code, 'CANCELLED'));
});

void test('a watcher that does not read is ended with RESOURCE_EXHAUSTED, and memory stays bounded', async () => {
  let dropped = 0;
  const inventory = { watchCapacity: 50, onDropped: () => dropped++ };
  await using loop = await startLoopback(simulated(1), { inventory });
  const stream = loop.client.watchInstances({});
  const ended = new Promise<ServiceError>((resolve) => stream.on('error', (error) => resolve(error as ServiceError)));
  // A grpc-js client that has never read takes everything into its memory; one that has paused does not.
  await new Promise((resolve) => stream.once('data', resolve));
  stream.pause();
  // The caller's window and the buffers between take some of it; then the watcher fills.
  let name = 0;
  await eventually(() => {
    const title = 'x'.repeat(20_000);
    for (let n = 0; n < 20; n++) loop.sink.inventory.put(Instance.create({ id: unknownId, name: `n${name++}`, title }));
    assert.equal(dropped, 1);
  });
  stream.resume();
  const { code, details } = statusOf(await ended);
  assert.equal(code, 'RESOURCE_EXHAUSTED');
  assert.equal(ErrorInfo.decode(details.get('ErrorInfo') ?? Buffer.alloc(0)).reason, 'WATCHER_TOO_SLOW');
});

void test('stopping ends watchers with UNAVAILABLE and lets other calls finish', async () => {
  const { promise: gate, resolve: open } = Promise.withResolvers<void>();
  const plain = simulated(1);
  const slow: Hypervisor = {
    ...plain,
    inspect: async (request, signal) => {
      await gate;
      return plain.inspect(request, signal);
    },
  };
  await using loop = await startLoopback(slow);
  const stream = loop.client.watchInstances({});
  const ended = new Promise<ServiceError>((resolve) => stream.on('error', (error) => resolve(error as ServiceError)));
  await new Promise((resolve) => stream.once('data', resolve));
  stream.resume();
  const reading = call(loop.client, 'inspectInstances', everything);
  await call(loop.client, 'getHost', {});
  const closed = loop.close(20_000);
  const { code, details } = statusOf(await ended);
  assert.equal(code, 'UNAVAILABLE');
  assert.equal(ErrorInfo.decode(details.get('ErrorInfo') ?? Buffer.alloc(0)).reason, 'INSPECTOR_STOPPING');
  open();
  assert.equal((await reading).instances.length, 1);
  await closed;
});
