import assert from 'node:assert/strict';
import { Buffer } from 'node:buffer';
import { test } from 'node:test';
import fc from 'fast-check';
import { LibvirtError } from './error.ts';
import { keepaliveFrame, makeFrame, startScriptedDaemon } from './testing/scripted-daemon.ts';
import type { ReceivedCall } from './testing/scripted-daemon.ts';
import { writeDomain } from './wire/domain.ts';
import { FrameType } from './wire/frame.ts';

const listProcedure = 273;

/** What a daemon sends instead of the answer to LIST_ALL_DOMAINS, and what the connection says when it ends. */
const fatal: readonly (readonly [string, (call: ReceivedCall) => void, RegExp])[] = [
  ['a length below a header', (c) => c.send(Buffer.alloc(64)), /a frame claims 0 bytes/],
  ['text', (c) => c.send(Buffer.from('HTTP/1.1 400 Bad Request\r\n\r\n')), /a frame claims 1213486160 bytes/],
  ['an unknown type', (c) => c.send(makeFrame({ type: 9 })), /unknown type 9/],
  ['an unknown status', (c) => c.send(makeFrame({ status: 5, serial: c.header.serial })), /unknown status 5/],
  [
    'the status of a stream',
    (c) => c.send(makeFrame({ status: 2, serial: c.header.serial, procedure: listProcedure })),
    /the reply has the status 2/,
  ],
  [
    'the reply of another procedure',
    (c) => c.send(makeFrame({ serial: c.header.serial, procedure: 59 })),
    /the reply is one of procedure 59/,
  ],
  ['an empty body', (c) => c.reply(), /4 bytes are expected, but only 0 follow/],
  ['a count without items', (c) => c.reply((w) => w.uint32(16_000)), /claims 16000 items, but only 0 bytes follow/],
  ['a count over the limit', (c) => c.reply((w) => w.uint32(0xffffffff)), /more than the limit of 16384/],
  [
    'a domain cut short',
    (c) =>
      c.reply((w) => w.uint32(1).string('a name that is long enough').uuid('0f6c1d2e-3b4a-4c5d-8e9f-a0b1c2d3e4f5')),
    /CONNECT_LIST_ALL_DOMAINS at .*4 bytes are expected, but only 0 follow/,
  ],
  [
    'an error cut short',
    (c) => c.send(makeFrame({ serial: c.header.serial, procedure: listProcedure, status: 1 }, (w) => w.int32(42))),
    /4 bytes are expected, but only 0 follow/,
  ],
];

for (const [what, send, message] of fatal) {
  void test(`${what} ends the connection with a protocol error that says what was wrong`, async () => {
    await using daemon = await startScriptedDaemon();
    await using connection = await daemon.connect();
    const calls = Promise.allSettled([connection.listAllDomains(), connection.getHostname()]);
    send(await daemon.next('CONNECT_LIST_ALL_DOMAINS'));
    const reason = await connection.closed;
    assert.equal(reason.code, 'protocol-error');
    assert.match(reason.message, message);
    assert.ok(reason.message.includes(daemon.socketPath));
    for (const outcome of await calls) {
      assert.ok(outcome.status === 'rejected' && outcome.reason instanceof LibvirtError);
      assert.equal(outcome.reason.code, 'protocol-error');
    }
  });
}

const harmless: readonly (readonly [string, Buffer, string])[] = [
  ['an answer nobody asked for', makeFrame({ serial: 4711 }), 'unknown-serial'],
  ['a frame of an unknown program', makeFrame({ program: 0x20008087 }), 'unknown-program'],
  ["a frame of the admin socket's program", makeFrame({ program: 0x06900690, serial: 3 }), 'unknown-program'],
  ['a frame of another version', makeFrame({ version: 2 }), 'unknown-program'],
  ['a call', makeFrame({ type: FrameType.CALL }), 'unexpected-type'],
  ['a piece of a stream', makeFrame({ type: 3 }), 'unexpected-type'],
  ['a keepalive frame sent as a reply', makeFrame({ program: 0x6b656570, procedure: 1 }), 'unexpected-type'],
  ['an event of an unknown kind', makeFrame({ type: FrameType.MESSAGE, procedure: 9999 }), 'event'],
  [
    'an event of a registration that is not ours',
    makeFrame({ type: FrameType.MESSAGE, procedure: 318 }, (writer) => writer.int32(77)),
    'event',
  ],
];

for (const [what, frame, reason] of harmless) {
  void test(`${what} is thrown away and counted, and the calls go on`, async () => {
    await using daemon = await startScriptedDaemon();
    await using connection = await daemon.connect();
    const call = connection.getHostname();
    const received = await daemon.next('CONNECT_GET_HOSTNAME');
    received.send(frame);
    received.reply((writer) => writer.string('host'));
    assert.equal(await call, 'host');
    const counts = Object.entries(connection.dropped).filter(([, count]) => count > 0);
    assert.deepEqual(counts, [[reason, 1]]);
  });
}

void test('bytes after the results are ignored, as libvirt itself does', async () => {
  await using daemon = await startScriptedDaemon();
  await using connection = await daemon.connect();
  const call = connection.getHostname();
  (await daemon.next('CONNECT_GET_HOSTNAME')).reply((writer) => writer.string('host').uint32(1).uint32(2));
  assert.equal(await call, 'host');
});

void test('an event with a broken body ends the connection', async () => {
  await using daemon = await startScriptedDaemon();
  await using connection = await daemon.connect();
  const subscribing = connection.subscribe(['lifecycle']);
  const registration = await daemon.next('CONNECT_DOMAIN_EVENT_CALLBACK_REGISTER_ANY');
  registration.reply((writer) => writer.int32(1));
  const subscription = await subscribing;
  registration.sendEvent(318, (writer) => writer.int32(1).string('half a domain'));
  await assert.rejects(
    subscription.next(),
    (error) => error instanceof LibvirtError && error.code === 'protocol-error',
  );
});

void test('an event of absurd size is thrown away and counted', async () => {
  await using daemon = await startScriptedDaemon();
  await using connection = await daemon.connect();
  const subscribing = connection.subscribe(['device-added']);
  const registration = await daemon.next('CONNECT_DOMAIN_EVENT_CALLBACK_REGISTER_ANY');
  registration.reply((writer) => writer.int32(1));
  const subscription = await subscribing;
  const vm = { name: 'vm', uuid: '0f6c1d2e-3b4a-4c5d-8e9f-a0b1c2d3e4f5', id: 1 };
  for (const alias of ['x'.repeat(65_536), 'net0']) {
    registration.sendEvent(354, (writer) => {
      writeDomain(writer.int32(1), vm);
      writer.string(alias);
    });
  }
  assert.deepEqual((await subscription.next()).value, { type: 'device-added', domain: vm, alias: 'net0' });
  assert.equal(connection.dropped.event, 1);
});

void test('a flood of PINGs from a daemon that does not read is dropped beyond a limit, not stored', async () => {
  await using daemon = await startScriptedDaemon();
  await using connection = await daemon.connect();
  const call = connection.getHostname();
  const received = await daemon.next('CONNECT_GET_HOSTNAME');
  received.stopReading();
  received.send(Buffer.concat(Array.from({ length: 50_000 }, () => keepaliveFrame(1))));
  received.reply((writer) => writer.string('host'));
  assert.equal(await call, 'host');
  assert.ok(connection.dropped.ping > 0);
});

void test('whatever a daemon sends, calls end with an answer or a LibvirtError, and closing works', async () => {
  await fc.assert(
    fc.asyncProperty(
      fc.array(
        fc.oneof(
          fc.uint8Array({ minLength: 1, maxLength: 200 }).map((bytes) => Buffer.from(bytes)),
          fc
            .record({
              procedure: fc.constantFrom(listProcedure, 318, 1, 2),
              type: fc.nat({ max: 3 }),
              serial: fc.nat({ max: 5 }),
              status: fc.nat({ max: 2 }),
              body: fc.uint8Array({ maxLength: 100 }),
            })
            .map(({ body, ...header }) => Buffer.concat([makeFrame(header, (writer) => writer.opaque(body))])),
        ),
        { minLength: 1, maxLength: 8 },
      ),
      async (pieces) => {
        await using daemon = await startScriptedDaemon();
        await using connection = await daemon.connect();
        const call = connection.listAllDomains().catch((error: unknown) => error);
        const received = await daemon.next('CONNECT_LIST_ALL_DOMAINS');
        for (const piece of pieces) received.send(piece);
        received.hangUp();
        const outcome = await call;
        assert.ok(Array.isArray(outcome) || outcome instanceof LibvirtError);
        assert.ok((await connection.closed) instanceof LibvirtError);
      },
    ),
    { numRuns: 60 },
  );
});
