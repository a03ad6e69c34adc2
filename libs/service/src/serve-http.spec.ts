import assert from 'node:assert/strict';
import { once } from 'node:events';
import { mkdtempDisposable, rename } from 'node:fs/promises';
import { request as httpRequest } from 'node:http';
import { connect, createServer } from 'node:net';
import type { Socket } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import type { HealthReport } from './health.ts';
import { createLogger } from './logger.ts';
import { createSelfMetrics } from './self-metrics.ts';
import { serveHttp } from './serve-http.ts';
import type { HttpSettings } from './serve-http.ts';
import { ServiceError } from './service-error.ts';

interface Running extends AsyncDisposable {
  readonly url: string;
  readonly address: string;
  readonly log: string[];
  close(): Promise<void>;
}

async function start(settings: Partial<HttpSettings> = {}): Promise<Running> {
  const log: string[] = [];
  const server = await serveHttp({
    address: { kind: 'tcp', host: '127.0.0.1', port: 0 },
    handlers: {},
    health: () => ({ checks: {} }),
    metrics: createSelfMetrics({ service: 'test', version: '1' }),
    logger: createLogger({ name: 'test', destination: { write: (line) => void log.push(line) } }),
    ...settings,
  });
  const close = (): Promise<void> => server.close();
  return { url: `http://${server.address}`, address: server.address, log, close, [Symbol.asyncDispose]: close };
}

test('/healthz is 200 with every check by name while all are fine, else 503', async () => {
  const checks: Record<string, HealthReport['checks'][string]> = { libvirt: { ok: true, message: 'connected' } };
  await using server = await start({ health: () => ({ checks }) });
  const fine = await fetch(`${server.url}/healthz`);
  assert.equal(fine.status, 200);
  assert.deepEqual(await fine.json(), { status: 'ok', checks });

  checks['queue'] = { ok: false, message: 'full' };
  const failing = await fetch(`${server.url}/healthz`);
  assert.equal(failing.status, 503);
  assert.deepEqual(await failing.json(), { status: 'failing', checks });
});

test("/metrics is Prometheus' text format", async () => {
  await using server = await start();
  const response = await fetch(`${server.url}/metrics`);
  assert.equal(response.headers.get('content-type'), 'text/plain; version=0.0.4; charset=utf-8');
  assert.match(await response.text(), /^nephometer_build_info/m);
});

test('paths are found exactly, or below the longest one that ends in a slash', async () => {
  const paths = ['/', '/a', '/a/', '/a/b/'];
  const handlers = Object.fromEntries(
    paths.map((path): [string, HttpSettings['handlers'][string]] => [
      path,
      (_request, response) => void response.end(path),
    ]),
  );
  await using server = await start({ handlers });
  const answers = ['/', '/?x=/a', '/a', '/a/', '/a/x/y', '/a/b/c', '/b', '/toString', '/__proto__'].map(
    async (path) => {
      const response = await fetch(server.url + path);
      return [path, response.status, await response.text()];
    },
  );
  assert.deepEqual(await Promise.all(answers), [
    ['/', 200, '/'],
    ['/?x=/a', 200, '/'],
    ['/a', 200, '/a'],
    ['/a/', 200, '/a/'],
    ['/a/x/y', 200, '/a/'],
    ['/a/b/c', 200, '/a/b/'],
    ['/b', 404, 'not found\n'],
    ['/toString', 404, 'not found\n'],
    ['/__proto__', 404, 'not found\n'],
  ]);
});

test('HEAD gives the headers of GET without the body; other methods are 405 with the possible ones', async () => {
  await using server = await start({
    handlers: { '/a': { POST: (_request, response) => void response.end('posted') } },
  });
  const head = await fetch(`${server.url}/healthz`, { method: 'HEAD' });
  assert.equal(head.status, 200);
  assert.ok(Number(head.headers.get('content-length')) > 0);
  assert.equal(await head.text(), '');

  const post = await fetch(`${server.url}/healthz`, { method: 'POST', body: 'x' });
  assert.deepEqual([post.status, post.headers.get('allow')], [405, 'GET, HEAD']);
  assert.equal(await (await fetch(`${server.url}/a`, { method: 'POST' })).text(), 'posted');
  const get = await fetch(`${server.url}/a`);
  assert.deepEqual([get.status, get.headers.get('allow')], [405, 'POST']);
});

test('a handler that fails gives a 500 that tells nothing; the log tells', async () => {
  const handler = (): Promise<void> => Promise.reject(new Error('secret detail'));
  await using server = await start({ handlers: { '/a': handler } });
  const response = await fetch(`${server.url}/a`);
  assert.deepEqual([response.status, await response.text()], [500, 'internal error; see the log of the service\n']);
  assert.match(server.log.join(''), /secret detail/);
});

test('a handler that fails in the middle of its answer cuts the connection', async () => {
  await using server = await start({
    handlers: {
      '/a': (_request, response) => {
        response.writeHead(200, { 'Content-Length': 10 });
        response.write('half');
        throw new Error('broken');
      },
    },
  });
  await assert.rejects(async () => (await fetch(`${server.url}/a`)).text());
});

test('the signal of a handler aborts when its client goes', async () => {
  const started = Promise.withResolvers<AbortSignal>();
  await using server = await start({
    handlers: { '/a': (_request, _response, signal) => started.resolve(signal) },
  });
  const request = httpRequest(`${server.url}/a`).on('error', () => undefined);
  request.end();
  const signal = await started.promise;
  request.destroy();
  if (!signal.aborted) await once(signal, 'abort');
  assert.equal((signal.reason as Error).message, 'the client has gone');
});

test('close lets a running answer end, is safe twice, and listens no more', async () => {
  const started = Promise.withResolvers<void>();
  const finish = Promise.withResolvers<void>();
  await using server = await start({
    graceMs: 60_000,
    handlers: {
      '/a': async (_request, response) => {
        started.resolve();
        await finish.promise;
        response.end('done');
      },
    },
  });
  const answer = fetch(`${server.url}/a`);
  await started.promise;
  const closing = Promise.all([server.close(), server.close()]);
  finish.resolve();
  assert.equal(await (await answer).text(), 'done');
  await closing;
  await assert.rejects(fetch(`${server.url}/healthz`));
});

test('close aborts the signal of running handlers and cuts what does not end within the grace period', async () => {
  const started = Promise.withResolvers<AbortSignal>();
  await using server = await start({
    graceMs: 0,
    handlers: { '/a': (_request, _response, signal) => started.resolve(signal) },
  });
  const answer = fetch(`${server.url}/a`).then(
    () => 'answered',
    () => 'cut',
  );
  const signal = await started.promise;
  await server.close();
  assert.equal(signal.aborted, true);
  assert.equal(await answer, 'cut');
});

test('headers beyond 16 KiB and bytes that are no HTTP are answered with an error and cut', async () => {
  await using server = await start();
  const port = Number(new URL(server.url).port);
  for (const [bytes, status] of [
    [`GET / HTTP/1.1\r\nA: ${'x'.repeat(20_000)}\r\n\r\n`, '431'],
    ['\0\x01nonsense\r\n\r\n', '400'],
  ] as const) {
    const socket = connect(port, '127.0.0.1');
    socket.write(bytes);
    assert.equal((await textOf(socket)).split(' ')[1], status);
  }
  assert.equal((await fetch(`${server.url}/healthz`)).status, 200);
});

async function textOf(socket: Socket): Promise<string> {
  let text = '';
  for await (const chunk of socket) text += String(chunk);
  return text;
}

test('an address in use is an error that names it and says what to do', async () => {
  await using server = await start();
  const port = Number(new URL(server.url).port);
  await assert.rejects(start({ address: { kind: 'tcp', host: '127.0.0.1', port } }), (error) => {
    assert.ok(error instanceof ServiceError);
    assert.equal(error.code, 'address-in-use');
    assert.equal(
      error.message,
      `cannot listen on 127.0.0.1:${port}: another process listens there; stop it or choose another address`,
    );
    return true;
  });
});

test('an address of another machine is an error of its own', async () => {
  await assert.rejects(start({ address: { kind: 'tcp', host: '192.0.2.1', port: 0 } }), {
    code: 'address-unavailable',
  });
});

test('a unix socket is served, and refused to a second server while the first one lives', async () => {
  await using directory = await mkdtempDisposable(join(tmpdir(), 'nephometer-service-'));
  const path = join(directory.path, 'http.sock');
  const address = { kind: 'unix', path } as const;
  await using server = await start({ address });
  assert.equal(server.address, `unix:${path}`);
  const socket = connect(path);
  socket.write('GET /healthz HTTP/1.0\r\n\r\n');
  assert.match(await textOf(socket), /^HTTP\/1\.1 200 /);
  await assert.rejects(start({ address }), { code: 'address-in-use' });
});

test("the socket of a killed server is in nobody's way", async () => {
  await using directory = await mkdtempDisposable(join(tmpdir(), 'nephometer-service-'));
  const path = join(directory.path, 'http.sock');
  await leaveSocket(path);
  await using server = await start({ address: { kind: 'unix', path } });
  assert.equal(server.address, `unix:${path}`);
});

test('a socket in a directory that does not exist is an error of this library', async () => {
  await assert.rejects(start({ address: { kind: 'unix', path: '/nowhere/a.sock' } }), ServiceError);
});

/** A server removes its socket under the name it gave it; under another one it stays, as after a kill. */
async function leaveSocket(path: string): Promise<void> {
  await using server = createServer().listen(`${path}.old`);
  await once(server, 'listening');
  await rename(`${path}.old`, path);
}
