import assert from 'node:assert/strict';
import { getEventListeners } from 'node:events';
import { test } from 'node:test';
import type { Connection } from '../connection.ts';
import { LibvirtError } from '../error.ts';
import { startScriptedDaemon } from '../testing/scripted-daemon.ts';
import type { ReceivedCall, ScriptedDaemon } from '../testing/scripted-daemon.ts';
import type { Domain } from '../wire/domain.ts';
import { writeDomain } from '../wire/domain.ts';
import type { XdrWriter } from '../xdr/writer.ts';
import type { EventSubscription } from './event-hub.ts';
import type { EventType } from './event.ts';

const register = 'CONNECT_DOMAIN_EVENT_CALLBACK_REGISTER_ANY';
const deregister = 'CONNECT_DOMAIN_EVENT_CALLBACK_DEREGISTER_ANY';
const vm: Domain = { name: 'vm1', uuid: '0f6c1d2e-3b4a-4c5d-8e9f-a0b1c2d3e4f5', id: 3 };

/** Subscribes to one type, under callback id 7. */
async function subscribed(
  daemon: ScriptedDaemon,
  connection: Connection,
  type: EventType,
  options?: Parameters<Connection['subscribe']>[1],
): Promise<{ readonly subscription: EventSubscription; readonly registration: ReceivedCall }> {
  const subscribing = connection.subscribe([type], options);
  const registration = await daemon.next(type === 'connection-closed' ? 'CONNECT_REGISTER_CLOSE_CALLBACK' : register);
  registration.reply((writer) => (type === 'connection-closed' ? writer : writer.int32(7)));
  return { subscription: await subscribing, registration };
}

const kinds: readonly (readonly [EventType, number, (writer: XdrWriter) => unknown, object])[] = [
  ['lifecycle', 318, (w) => w.int32(5).int32(1), { event: 'stopped', detail: 'destroyed' }],
  ['lifecycle', 318, (w) => w.int32(2).int32(99), { event: 'started', detail: 'unknown-99' }],
  ['lifecycle', 318, (w) => w.int32(42).int32(1), { event: 'unknown-42', detail: 'unknown-1' }],
  ['reboot', 319, (w) => w, {}],
  ['balloon-change', 331, (w) => w.uint64(2n ** 60n), { actualKib: 2n ** 60n }],
  ['device-removed', 333, (w) => w.string('net0'), { alias: 'net0' }],
  ['device-added', 354, (w) => w.string('net1'), { alias: 'net1' }],
  ['agent-lifecycle', 348, (w) => w.int32(1).int32(2), { state: 'connected', reason: 'channel' }],
  ['agent-lifecycle', 348, (w) => w.int32(3).int32(3), { state: 'unknown-3', reason: 'unknown-3' }],
  [
    'job-completed',
    363,
    (w) => w.uint32(1).string('time_elapsed').int32(4).uint64(12n),
    { params: [{ name: 'time_elapsed', type: 'ullong', value: 12n }] },
  ],
  ['metadata-change', 379, (w) => w.int32(2).optionalString('http://e/1'), { metadata: 'element', uri: 'http://e/1' }],
  ['metadata-change', 379, (w) => w.int32(0).optionalString(undefined), { metadata: 'description', uri: undefined }],
];

for (const [type, procedure, writeRest, expected] of kinds) {
  void test(`an event ${type} with ${Object.keys(expected).join(', ') || 'nothing more'} is read`, async () => {
    await using daemon = await startScriptedDaemon();
    await using connection = await daemon.connect();
    const { subscription, registration } = await subscribed(daemon, connection, type);
    registration.sendEvent(procedure, (writer) => {
      writeDomain(writer.int32(7), vm);
      writeRest(writer);
    });
    assert.deepEqual((await subscription.next()).value, { type, domain: vm, ...expected });
  });
}

void test('the close callback is registered once for a connection, and its event goes to all who want it', async () => {
  await using daemon = await startScriptedDaemon();
  await using connection = await daemon.connect();
  const { subscription, registration } = await subscribed(daemon, connection, 'connection-closed');
  const second = await connection.subscribe(['connection-closed']);
  registration.sendEvent(362, (writer) => writer.int32(2));
  for (const reader of [subscription, second]) {
    assert.deepEqual((await reader.next()).value, { type: 'connection-closed', reason: 'keepalive' });
  }
});

void test('an event told before the registration is answered is not lost', async () => {
  await using daemon = await startScriptedDaemon();
  await using connection = await daemon.connect();
  const subscribing = connection.subscribe(['reboot']);
  const registration = await daemon.next(register);
  for (const id of [7, 8]) registration.sendEvent(319, (writer) => writeDomain(writer.int32(id), vm));
  registration.reply((writer) => writer.int32(7));
  const { value } = await (await subscribing).next();
  assert.deepEqual(value, { type: 'reboot', domain: vm });
  assert.equal(connection.dropped.event, 1, 'the one of another callback');
});

void test('two subscriptions of one type each get their own events', async () => {
  await using daemon = await startScriptedDaemon();
  await using connection = await daemon.connect();
  const subscribing = [connection.subscribe(['reboot']), connection.subscribe(['reboot'])];
  for (const id of [1, 2]) (await daemon.next(register)).reply((writer) => writer.int32(id));
  const [first, second] = await Promise.all(subscribing);
  const call = connection.getHostname();
  const received = await daemon.next('CONNECT_GET_HOSTNAME');
  for (const id of [1, 2]) received.sendEvent(319, (writer) => writeDomain(writer.int32(id), { ...vm, id }));
  received.reply((writer) => writer.string('host'));
  await call;
  assert.deepEqual((await first?.next())?.value, { type: 'reboot', domain: { ...vm, id: 1 } });
  assert.deepEqual((await second?.next())?.value, { type: 'reboot', domain: { ...vm, id: 2 } });
});

void test('leaving the loop deregisters, and later events are dropped', async () => {
  await using daemon = await startScriptedDaemon();
  await using connection = await daemon.connect();
  const loop = (async () => {
    for await (const event of connection.events(['reboot'])) return event;
    return undefined;
  })();
  const registration = await daemon.next(register);
  registration.reply((writer) => writer.int32(7));
  registration.sendEvent(319, (writer) => writeDomain(writer.int32(7), vm));
  assert.equal((await loop)?.type, 'reboot');
  const farewell = await daemon.next(deregister);
  assert.equal(farewell.frame.readInt32BE(28), 7);
  farewell.sendEvent(319, (writer) => writeDomain(writer.int32(7), vm));
  farewell.reply();
  const call = connection.getHostname();
  (await daemon.next('CONNECT_GET_HOSTNAME')).reply((writer) => writer.string('host'));
  await call;
  assert.equal(connection.dropped.event, 1);
});

void test('an aborted subscription rejects with the reason, deregisters and leaves no listener', async () => {
  await using daemon = await startScriptedDaemon();
  await using connection = await daemon.connect();
  const controller = new AbortController();
  const { subscription } = await subscribed(daemon, connection, 'reboot', { signal: controller.signal });
  const waiting = subscription.next();
  controller.abort(new Error('enough'));
  await assert.rejects(waiting, /enough/);
  assert.equal((await subscription.next()).done, true);
  await daemon.next(deregister);
  assert.equal(getEventListeners(controller.signal, 'abort').length, 0);
});

void test('a registration that is answered after the abort is taken back', async () => {
  await using daemon = await startScriptedDaemon();
  await using connection = await daemon.connect();
  const controller = new AbortController();
  const subscribing = connection.subscribe(['reboot'], { signal: controller.signal });
  const registration = await daemon.next(register);
  controller.abort(new Error('too long'));
  await assert.rejects(subscribing, /too long/);
  registration.reply((writer) => writer.int32(9));
  assert.equal((await daemon.next(deregister)).frame.readInt32BE(28), 9);
  assert.equal(getEventListeners(controller.signal, 'abort').length, 0);
});

void test('when one type cannot be registered, none stays registered', async () => {
  await using daemon = await startScriptedDaemon();
  await using connection = await daemon.connect();
  const subscribing = assert.rejects(connection.subscribe(['reboot', 'lifecycle']), /unsupported event ID/);
  (await daemon.next(register)).reply((writer) => writer.int32(5));
  (await daemon.next(register)).fail(1, 'unsupported event ID');
  await subscribing;
  assert.equal((await daemon.next(deregister)).frame.readInt32BE(28), 5);
});

void test('when the connection dies, the events before it are handed out, then its error is thrown', async () => {
  await using daemon = await startScriptedDaemon();
  await using connection = await daemon.connect();
  const { subscription, registration } = await subscribed(daemon, connection, 'reboot');
  registration.sendEvent(319, (writer) => writeDomain(writer.int32(7), vm));
  registration.hangUp();
  const reason = await connection.closed;
  assert.equal((await subscription.next()).value?.type, 'reboot');
  await assert.rejects(subscription.next(), (error) => error === reason);
  assert.equal((await subscription.next()).done, true);
  await assert.rejects(connection.subscribe(['reboot']), (error) => error === reason);
});

void test('a reader that is too slow gets an overflow event and goes on from there', async () => {
  await using daemon = await startScriptedDaemon();
  await using connection = await daemon.connect();
  const { subscription, registration } = await subscribed(daemon, connection, 'reboot', { maxBuffered: 2 });
  for (let id = 1; id <= 4; id++) {
    registration.sendEvent(319, (writer) => writeDomain(writer.int32(7), { ...vm, id }));
  }
  const call = connection.getHostname();
  (await daemon.next('CONNECT_GET_HOSTNAME')).reply((writer) => writer.string('host'));
  await call;
  assert.deepEqual((await subscription.next()).value, { type: 'overflow', dropped: 3 });
  assert.deepEqual((await subscription.next()).value, { type: 'reboot', domain: { ...vm, id: 4 } });
});

void test('no types, and a buffer for no event, are refused', async () => {
  await using daemon = await startScriptedDaemon();
  await using connection = await daemon.connect();
  const isInvalid = (error: unknown): boolean => error instanceof LibvirtError && error.code === 'invalid-argument';
  await assert.rejects(connection.subscribe([]), isInvalid);
  await assert.rejects(connection.subscribe(['reboot'], { maxBuffered: 0 }), isInvalid);
});
