import assert from 'node:assert/strict';
import { getEventListeners } from 'node:events';
import { createServer } from 'node:net';
import type { AddressInfo, Server as NetServer } from 'node:net';
import { test } from 'node:test';
import { Metadata, Server, ServerCredentials, status } from '@grpc/grpc-js';
import type { sendUnaryData, ServerUnaryCall } from '@grpc/grpc-js';
import {
  ErrorInfo,
  InspectInstancesResponse,
  InspectorServiceService,
  Instance,
  InventoryChange,
  ListInstancesResponse,
  Status,
  WatchInstancesResponse,
} from '@nephometer/inspector-api';
import type { InspectorServiceServer, ListInstancesRequest } from '@nephometer/inspector-api';
import { createInspectorClient } from './inspector-client.ts';
import type { InspectorErrorCode } from './inspector-error.ts';
import { InspectorError } from './inspector-error.ts';

const { signal } = new AbortController();

const unimplemented: InspectorServiceServer = {
  getHost: (_call, callback) => callback({ code: status.UNIMPLEMENTED, details: 'no' }),
  listInstances: (_call, callback) => callback({ code: status.UNIMPLEMENTED, details: 'no' }),
  getInstance: (_call, callback) => callback({ code: status.UNIMPLEMENTED, details: 'no' }),
  inspectInstances: (_call, callback) => callback({ code: status.UNIMPLEMENTED, details: 'no' }),
  watchInstances: (call) => call.emit('error', { code: status.UNIMPLEMENTED, details: 'no' }),
};

/** A real gRPC server with the handlers of one test. */
async function serve(
  handlers: Partial<InspectorServiceServer>,
  port = 0,
): Promise<AsyncDisposable & { readonly target: string; readonly port: number }> {
  const server = new Server();
  const implementation: InspectorServiceServer = Object.assign({}, unimplemented, handlers);
  server.addService(InspectorServiceService, implementation);
  const bound = await new Promise<number>((resolve, reject) => {
    server.bindAsync(`127.0.0.1:${port}`, ServerCredentials.createInsecure(), (error, at) =>
      error ? reject(error) : resolve(at),
    );
  });
  return {
    target: `127.0.0.1:${bound}`,
    port: bound,
    [Symbol.asyncDispose]: async () => server.forceShutdown(),
  };
}

function isError(code: InspectorErrorCode): (error: unknown) => boolean {
  return (error) => error instanceof InspectorError && error.code === code;
}

test('counters above 2^53 and absent statistics come through exactly', async () => {
  const instances = [
    { id: 'a', cpu: { timeNs: 18_446_744_073_709_551_615n }, disks: [{ device: 'vda', readBytes: 0n }] },
  ];
  await using server = await serve({
    inspectInstances: (_call, callback) => callback(null, InspectInstancesResponse.fromPartial({ instances })),
  });
  using client = createInspectorClient({ target: server.target });
  const reply = await client.inspectInstances({}, { signal });
  assert.equal(reply.instances[0]?.cpu?.timeNs, 18_446_744_073_709_551_615n);
  assert.equal(reply.instances[0]?.disks[0]?.readBytes, 0n);
  assert.equal(reply.instances[0]?.disks[0]?.writeBytes, undefined);
  assert.equal(getEventListeners(signal, 'abort').length, 0);
});

test('a list is read to its last page, and anew if the inventory changed between two pages', async () => {
  const asked: string[] = [];
  const pages = [
    { instances: [{ id: 'a' }], nextPageToken: '1', inventoryRevision: 1n },
    { instances: [{ id: 'b' }], nextPageToken: '', inventoryRevision: 2n, host: 'node-1' },
    { instances: [{ id: 'a' }], nextPageToken: '1', inventoryRevision: 2n },
    { instances: [{ id: 'c' }], nextPageToken: '', inventoryRevision: 2n, host: 'node-1' },
  ];
  await using server = await serve({
    listInstances: (
      call: ServerUnaryCall<ListInstancesRequest, ListInstancesResponse>,
      callback: sendUnaryData<ListInstancesResponse>,
    ) => {
      asked.push(call.request.pageToken);
      callback(null, ListInstancesResponse.fromPartial(pages.shift() ?? {}));
    },
  });
  using client = createInspectorClient({ target: server.target });
  const list = await client.listInstances({ signal });
  assert.deepEqual(list, {
    host: 'node-1',
    instances: [Instance.fromPartial({ id: 'a' }), Instance.fromPartial({ id: 'c' })],
    inventoryRevision: 2n,
  });
  assert.deepEqual(asked, ['', '1', '', '1']);
});

test('a hypervisor that is away is told from an inspector that is away', async () => {
  const info = ErrorInfo.fromPartial({ reason: 'HYPERVISOR_UNAVAILABLE', domain: 'nephometer.inspector' });
  const details = [
    { typeUrl: 'type.googleapis.com/google.rpc.ErrorInfo', value: Buffer.from(ErrorInfo.encode(info).finish()) },
  ];
  const metadata = new Metadata();
  metadata.set('grpc-status-details-bin', Buffer.from(Status.encode({ code: 14, message: '', details }).finish()));
  await using server = await serve({
    getHost: (_call, callback) => callback({ code: status.UNAVAILABLE, details: 'libvirtd is away', metadata }),
  });
  using client = createInspectorClient({ target: server.target });
  await assert.rejects(client.getHost({ signal }), (error: unknown) => {
    assert.ok(error instanceof InspectorError);
    assert.equal(error.code, 'hypervisor-unavailable');
    assert.equal(error.reason, 'HYPERVISOR_UNAVAILABLE');
    assert.equal(error.message, `inspector ${server.target}: libvirtd is away`);
    return true;
  });
});

test('each gRPC status becomes a code of ours', async () => {
  const table: readonly [status, InspectorErrorCode][] = [
    [status.NOT_FOUND, 'not-found'],
    [status.INVALID_ARGUMENT, 'invalid'],
    [status.PERMISSION_DENIED, 'refused'],
    [status.UNIMPLEMENTED, 'incompatible'],
    [status.INTERNAL, 'failed'],
    [status.RESOURCE_EXHAUSTED, 'failed'],
    [status.UNAVAILABLE, 'unreachable'],
  ];
  let answer = status.OK;
  await using server = await serve({
    getInstance: (_call, callback) => callback({ code: answer, details: 'because' }),
  });
  using client = createInspectorClient({ target: server.target });
  for (const [code, expected] of table) {
    answer = code;
    await assert.rejects(client.getInstance('x', { signal }), isError(expected), status[code]);
  }
});

test('a call without an answer ends at its deadline, an aborted one with the reason, and the server learns of both', async () => {
  const cancelled: (() => void)[] = [];
  const cancellations = [1, 2].map(() => new Promise<void>((resolve) => cancelled.push(resolve)));
  let begun = Promise.withResolvers<void>();
  await using server = await serve({
    getHost: (call) => {
      call.on('cancelled', () => cancelled.shift()?.());
      begun.resolve();
    },
  });
  using client = createInspectorClient({ target: server.target });
  await assert.rejects(client.getHost({ signal, deadlineMs: 200 }), isError('deadline'));
  const controller = new AbortController();
  begun = Promise.withResolvers<void>();
  const call = client.getHost({ signal: controller.signal });
  await begun.promise;
  controller.abort(new Error('stop'));
  await assert.rejects(call, /^Error: stop$/);
  assert.equal(getEventListeners(controller.signal, 'abort').length, 0);
  await Promise.all(cancellations);
});

test('an inspector that comes back is called by the very next call, whatever the back-off', async () => {
  const handlers: Partial<InspectorServiceServer> = {
    getHost: (_call, callback) => callback(null, { host: { ...emptyHost, name: 'node-1' } }),
  };
  const { target, port } = await (async () => {
    await using first = await serve(handlers);
    return { target: first.target, port: first.port };
  })();
  using client = createInspectorClient({ target });
  for (let attempt = 0; attempt < 5; attempt += 1) {
    await assert.rejects(client.getHost({ signal }), isError('unreachable'));
  }
  await using _second = await serve(handlers, port);
  assert.equal((await client.getHost({ signal })).name, 'node-1');
});

test('a peer that accepts and stays silent costs a deadline each call, and nothing after the connection is thrown away', async (t) => {
  // Only the age of the connection is moved, by way of the clock that measures it.
  let agedMs = 0;
  const now = performance.now.bind(performance);
  t.mock.method(performance, 'now', () => now() + agedMs);
  const silent = await listenSilently();
  const { port } = silent.address() as AddressInfo;
  using client = createInspectorClient({ target: `127.0.0.1:${port}` });
  await assert.rejects(client.getHost({ signal, deadlineMs: 100 }), isError('deadline'));
  // The silent connection stays open; new connections would reach an inspector from here on.
  silent.close();
  await using _server = await serve(
    { getHost: (_call, callback) => callback(null, { host: { ...emptyHost, name: 'node-1' } }) },
    port,
  );
  await assert.rejects(client.getHost({ signal, deadlineMs: 100 }), isError('deadline'));
  agedMs = 20_000;
  assert.equal((await client.getHost({ signal })).name, 'node-1');
});

test('a watch gives what the inspector sends, and leaving the loop ends the call', async () => {
  const cancelled = Promise.withResolvers<void>();
  await using server = await serve({
    watchInstances: (call) => {
      call.on('cancelled', () => cancelled.resolve());
      for (const change of [InventoryChange.EXISTING, InventoryChange.SYNCED]) {
        call.write(WatchInstancesResponse.fromPartial({ change }));
      }
    },
  });
  using client = createInspectorClient({ target: server.target });
  const changes: InventoryChange[] = [];
  for await (const { change } of client.watchInstances({ signal })) {
    changes.push(change);
    if (change === InventoryChange.SYNCED) break;
  }
  assert.deepEqual(changes, [InventoryChange.EXISTING, InventoryChange.SYNCED]);
  await cancelled.promise;
});

test('a watch ends with the abort reason, and with a typed error when the inspector goes', async () => {
  const server = await serve({
    watchInstances: (call) => void call.write(WatchInstancesResponse.fromPartial({})),
  });
  using client = createInspectorClient({ target: server.target });
  const controller = new AbortController();
  await assert.rejects(async () => {
    for await (const _ of client.watchInstances({ signal: controller.signal })) controller.abort(new Error('stop'));
  }, /^Error: stop$/);
  await assert.rejects(async () => {
    for await (const _ of client.watchInstances({ signal })) await server[Symbol.asyncDispose]();
  }, isError('unreachable'));
});

test('after close every call fails with the code closed', async () => {
  await using server = await serve({ getHost: () => undefined });
  const client = createInspectorClient({ target: server.target });
  const pending = client.getHost({ signal });
  client.close();
  client.close();
  await assert.rejects(pending, isError('closed'));
  await assert.rejects(client.getHost({ signal }), isError('closed'));
});

const emptyHost = {
  name: '',
  driver: 'simulated',
  uri: '',
  hypervisorType: '',
  inspectorVersion: '',
  numaCells: [],
  supportedGroups: [],
  now: undefined,
};

function listenSilently(): Promise<NetServer> {
  const server = createServer((socket) => {
    socket.unref();
    socket.on('error', () => undefined);
  });
  return new Promise((resolve) => server.listen(0, '127.0.0.1', () => resolve(server)));
}
