import assert from 'node:assert/strict';
import { getEventListeners, once } from 'node:events';
import { createServer as createHttp2Server } from 'node:http2';
import type { Http2Session, IncomingHttpHeaders, ServerHttp2Stream } from 'node:http2';
import { createServer } from 'node:net';
import type { AddressInfo, Socket } from 'node:net';
import { test } from 'node:test';
import { gunzipSync } from 'node:zlib';
import { status } from '@grpc/grpc-js';
import { startFaultProxy, startOtlpSink } from '@nephometer/test-kit';
import type { PublisherErrorCode } from '../publisher-error.ts';
import { PublisherError } from '../publisher-error.ts';
import type { Exporter } from './exporter.ts';
import { createGrpcExporter } from './grpc-exporter.ts';
import { parseOtlpOptions } from './otlp-options.ts';

const { signal } = new AbortController();

/** An empty request, which any receiver takes. */
const request = new Uint8Array();

function exporterTo(port: number, options = ''): Exporter {
  const parsed = parseOtlpOptions(`otlp://127.0.0.1:${port}?${options}`);
  if (!parsed.ok) assert.fail(parsed.problems.join());
  return createGrpcExporter(parsed.options, { version: '1.2.3' });
}

/** A `google.rpc.Status` with a RetryInfo of so many seconds, fewer than 128. */
function retryInfo(seconds: number): Uint8Array {
  const type = Buffer.from('type.googleapis.com/google.rpc.RetryInfo');
  const any = [0x0a, type.length, ...type, 0x12, 4, 0x0a, 2, 0x08, seconds];
  return Uint8Array.from([0x08, 14, 0x1a, any.length, ...any]);
}

/** Something that accepts connections and does not speak HTTP/2. */
async function startSocketServer(
  answer: (socket: Socket) => void,
  port = 0,
): Promise<AsyncDisposable & { readonly port: number; stopListening(): void }> {
  const sockets: Socket[] = [];
  const server = createServer((socket) => {
    sockets.push(socket.on('error', () => undefined));
    answer(socket);
  });
  server.listen(port, '127.0.0.1');
  await once(server, 'listening');
  const stopListening = (): void => void server.close();
  return {
    port: (server.address() as AddressInfo).port,
    stopListening,
    [Symbol.asyncDispose]: async () => {
      stopListening();
      for (const socket of sockets) socket.destroy();
    },
  };
}

/** Something that speaks HTTP/2, but is no receiver. */
async function startPeer(
  answer: (stream: ServerHttp2Stream, headers: IncomingHttpHeaders) => void,
): Promise<AsyncDisposable & { readonly port: number }> {
  const sessions = new Set<Http2Session>();
  const server = createHttp2Server();
  server.on('session', (session) => sessions.add(session));
  server.on('stream', (stream, headers) => {
    stream.on('error', () => undefined);
    answer(stream, headers);
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  return {
    port: (server.address() as AddressInfo).port,
    [Symbol.asyncDispose]: async () => {
      for (const session of sessions) session.destroy();
      server.close();
    },
  };
}

test('Each status passes or is permanent as the specification says, unless it blames no sample', async () => {
  const table: readonly [status, PublisherErrorCode, boolean][] = [
    [status.CANCELLED, 'target_failed', false],
    [status.UNKNOWN, 'refused', true],
    [status.INVALID_ARGUMENT, 'refused', true],
    [status.DEADLINE_EXCEEDED, 'timeout', false],
    [status.NOT_FOUND, 'refused', true],
    [status.ALREADY_EXISTS, 'refused', true],
    [status.PERMISSION_DENIED, 'unauthorized', false],
    [status.RESOURCE_EXHAUSTED, 'refused', true],
    [status.FAILED_PRECONDITION, 'refused', true],
    [status.ABORTED, 'target_failed', false],
    [status.OUT_OF_RANGE, 'target_failed', false],
    [status.UNIMPLEMENTED, 'refused', false],
    [status.INTERNAL, 'refused', true],
    [status.UNAVAILABLE, 'target_failed', false],
    [status.DATA_LOSS, 'target_failed', false],
    [status.UNAUTHENTICATED, 'unauthorized', false],
  ];
  await using sink = await startOtlpSink();
  const exporter = exporterTo(sink.grpcPort, 'header=x-token:sesame-open');
  for (const [code, expected, isPermanent] of table) {
    sink.reply({ code, details: 'not\nthis, sesame-open' });
    await assert.rejects(exporter.send(request, signal), (error: unknown) => {
      assert.ok(error instanceof PublisherError);
      assert.deepEqual([error.code, error.isPermanent, error.retryAfterMs], [expected, isPermanent, undefined]);
      assert.ok(error.message.startsWith(`otlp://127.0.0.1:${sink.grpcPort}`));
      if (expected !== 'timeout') assert.ok(error.message.includes(`${status[code]}: "not this, ***"`), error.message);
      return true;
    });
  }
  assert.deepEqual(await exporter.send(request, signal), { rejected: 0, message: '' });
  await exporter.close();
});

test('A receiver that says when to come again is obeyed; so it may be exhausted', async () => {
  await using sink = await startOtlpSink();
  const exporter = exporterTo(sink.grpcPort);
  const reply = (code: status, delay: Uint8Array): void => sink.reply({ code, details: 'busy', status: delay });
  reply(status.UNAVAILABLE, retryInfo(30));
  await assert.rejects(exporter.send(request, signal), { isPermanent: false, retryAfterMs: 30_000 });
  reply(status.RESOURCE_EXHAUSTED, retryInfo(2));
  await assert.rejects(exporter.send(request, signal), { isPermanent: false, retryAfterMs: 2000 });
  reply(status.INVALID_ARGUMENT, retryInfo(2));
  await assert.rejects(exporter.send(request, signal), { isPermanent: true, retryAfterMs: undefined });
  reply(status.RESOURCE_EXHAUSTED, Buffer.from('<html>'));
  await assert.rejects(exporter.send(request, signal), { isPermanent: true });
  await exporter.close();
});

test('An answer that is no message of OTLP is not taken for a delivery', async () => {
  await using sink = await startOtlpSink();
  const exporter = exporterTo(sink.grpcPort);
  sink.reply(Buffer.from('<html>'));
  await assert.rejects(exporter.send(request, signal), { code: 'bad_answer', isPermanent: false });
  await exporter.close();
});

test('A receiver that was away is found by the next call after its return, however often it failed', async () => {
  await using sink = await startOtlpSink();
  await sink.stopGrpc();
  const exporter = exporterTo(sink.grpcPort);
  for (let attempt = 0; attempt < 5; attempt += 1) {
    await assert.rejects(exporter.send(request, signal), { code: 'unreachable', isPermanent: false });
  }
  await sink.startGrpc();
  await exporter.send(request, signal);
  await sink.stopGrpc();
  await assert.rejects(exporter.send(request, signal), { isPermanent: false });
  await sink.startGrpc();
  await exporter.send(request, signal);
  assert.equal(sink.requests.length, 2);
  await exporter.close();
});

test('A receiver that is killed or cut off in the middle of a call costs no sample', async () => {
  await using sink = await startOtlpSink();
  await using proxy = await startFaultProxy({ target: { host: '127.0.0.1', port: sink.grpcPort } });
  const exporter = exporterTo(proxy.address.port);
  for (const fault of [async () => proxy.cut(), () => sink.stopGrpc()]) {
    sink.reply('stall');
    const before = sink.requests.length;
    const call = exporter.send(request, signal);
    await sink.received(before + 1);
    const rejected = assert.rejects(call, { isPermanent: false });
    await fault();
    await rejected;
    await sink.startGrpc();
    await exporter.send(request, signal);
  }
  await exporter.close();
});

test('A receiver that stalls costs a timeout, and the next call has a new connection', async () => {
  await using sink = await startOtlpSink();
  await using proxy = await startFaultProxy({ target: { host: '127.0.0.1', port: sink.grpcPort } });
  const exporter = exporterTo(proxy.address.port, 'timeout=1');
  await exporter.send(request, signal);
  sink.reply('stall');
  await assert.rejects(exporter.send(request, signal), {
    code: 'timeout',
    isPermanent: false,
    message: `otlp://127.0.0.1:${proxy.address.port}: no answer within 1000 ms`,
  });
  await exporter.send(request, signal);
  // Dead, but not closed: nothing moves on the connection that was good.
  proxy.pause();
  await assert.rejects(exporter.send(request, signal), { code: 'timeout' });
  await proxy.resume();
  await exporter.send(request, signal);
  await exporter.close();
});

test('A peer that accepts and stays silent is left after a timeout', async () => {
  await using sink = await startOtlpSink();
  await sink.stopGrpc();
  await using silent = await startSocketServer(() => undefined, sink.grpcPort);
  const exporter = exporterTo(sink.grpcPort, 'timeout=1');
  await assert.rejects(exporter.send(request, signal), { code: 'timeout', isPermanent: false });
  // The connection stays; new ones reach the receiver.
  silent.stopListening();
  await sink.startGrpc();
  await exporter.send(request, signal);
  await exporter.close();
});

test('Calls at the same time share a connection, and none ends with another one', async () => {
  await using sink = await startOtlpSink();
  await using proxy = await startFaultProxy({ target: { host: '127.0.0.1', port: sink.grpcPort } });
  const exporter = exporterTo(proxy.address.port, 'timeout=1');
  await exporter.send(request, signal);
  sink.reply('stall');
  const stalled = assert.rejects(exporter.send(request, signal), { code: 'timeout' });
  await Promise.all(Array.from({ length: 20 }, () => exporter.send(request, signal)));
  assert.equal(proxy.connections, 1);
  await stalled;
  await exporter.send(request, signal);
  await exporter.close();
});

test('An aborted call ends with the reason, a closed exporter ends its calls', async () => {
  await using sink = await startOtlpSink();
  const exporter = exporterTo(sink.grpcPort);
  const controller = new AbortController();
  sink.reply('stall', 'stall');
  const aborted = exporter.send(request, controller.signal);
  const closed = exporter.send(request, signal);
  await sink.received(2);
  const reason = new Error('stop');
  controller.abort(reason);
  await assert.rejects(aborted, reason);
  const rejected = assert.rejects(closed, { code: 'closed' });
  await exporter.close();
  await rejected;
  await exporter.close();
  await assert.rejects(exporter.send(request, signal), { code: 'closed' });
  for (const one of [signal, controller.signal]) assert.equal(getEventListeners(one, 'abort').length, 0);
});

test('Requests are compressed with gzip, or not at all', async () => {
  const seen: unknown[] = [];
  await using peer = await startPeer((stream, headers) => {
    const chunks: Buffer[] = [];
    stream.on('data', (chunk: Buffer) => chunks.push(chunk));
    stream.on('end', () => {
      const frame = Buffer.concat(chunks);
      const isCompressed = frame[0] === 1;
      const message = isCompressed ? gunzipSync(frame.subarray(5)) : frame.subarray(5);
      seen.push([headers['grpc-encoding'], isCompressed, message.toString()]);
      stream.respond({ ':status': 200, 'content-type': 'application/grpc', 'grpc-status': '14' }, { endStream: true });
    });
  });
  for (const compression of ['gzip', 'none']) {
    const exporter = exporterTo(peer.port, `compression=${compression}`);
    await assert.rejects(exporter.send(Buffer.from('x'.repeat(1000)), signal), { code: 'target_failed' });
    await exporter.close();
  }
  assert.deepEqual(seen, [
    ['gzip', true, 'x'.repeat(1000)],
    [undefined, false, 'x'.repeat(1000)],
  ]);
});

test('What is no answer of gRPC at all blames no sample', async () => {
  const { NGHTTP2_INTERNAL_ERROR, NGHTTP2_PROTOCOL_ERROR, NGHTTP2_ENHANCE_YOUR_CALM } = (await import('node:http2'))
    .constants;
  const answers: ((stream: ServerHttp2Stream) => void)[] = [
    ...[200, 400, 404, 500, 502].map((code) => (stream: ServerHttp2Stream) => {
      stream.respond({ ':status': code, 'content-type': 'text/html' });
      stream.end('<html>hello</html>');
    }),
    ...[NGHTTP2_INTERNAL_ERROR, NGHTTP2_PROTOCOL_ERROR, NGHTTP2_ENHANCE_YOUR_CALM].map(
      (code) => (stream: ServerHttp2Stream) => stream.close(code),
    ),
    (stream) => stream.session?.destroy(),
  ];
  const count = answers.length;
  await using peer = await startPeer((stream) => answers.shift()?.(stream));
  const exporter = exporterTo(peer.port, 'timeout=5');
  for (let answer = 0; answer < count; answer += 1) {
    await assert.rejects(exporter.send(request, signal), (error: unknown) => {
      assert.ok(error instanceof PublisherError);
      assert.equal(error.isPermanent, false, `answer ${answer}: ${error.message}`);
      return true;
    });
  }
  await exporter.close();
});

test('What does not speak HTTP/2 is not reached', async () => {
  await using web = await startSocketServer((socket) => socket.end('HTTP/1.1 400 Bad Request\r\n\r\n'));
  const exporter = exporterTo(web.port, 'timeout=5');
  await assert.rejects(exporter.send(request, signal), {
    code: 'unreachable',
    isPermanent: false,
    message: /: no connection \(.*\); is it the right port/,
  });
  await exporter.close();
});
