import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { createServer } from 'node:http';
import type { RequestListener } from 'node:http';
import { createServer as createTlsServer } from 'node:https';
import { createServer as createTcpServer } from 'node:net';
import type { AddressInfo, Server } from 'node:net';
import { test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { createCertificates, temporaryDirectory } from '@nephometer/test-kit';
import { createHttpClient } from './http-client.ts';
import type { HttpAnswer } from './http-client.ts';

const { signal } = new AbortController();

async function listen(server: Server, scheme = 'http'): Promise<AsyncDisposable & { readonly url: string }> {
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return {
    url: `${scheme}://127.0.0.1:${(server.address() as AddressInfo).port}`,
    async [Symbol.asyncDispose]() {
      const closed = new Promise((resolve) => server.close(resolve));
      if ('closeAllConnections' in server) (server.closeAllConnections as () => void)();
      await closed;
    },
  };
}

async function get(url: string, options: { ca?: string; insecure?: boolean; ms?: number } = {}): Promise<HttpAnswer> {
  const { insecure = false, ms = 60_000, ...rest } = options;
  const client = createHttpClient({ insecure, requestTimeoutMs: ms, ...rest });
  try {
    return await client.send({ method: 'GET', url: new URL(`${url}/x?y=1`), headers: {} }, signal);
  } finally {
    client.close();
  }
}

const answering = (listener: RequestListener): ReturnType<typeof listen> => listen(createServer(listener));

test('Status, headers and text of any answer come back, and a redirect is an answer', async () => {
  await using server = await answering((_request, response) => {
    response.writeHead(302, { Location: 'http://elsewhere.example/' });
    response.end('grüße');
  });
  const { status, headers, text } = await get(server.url);
  assert.deepEqual([status, headers['location'], text], [302, 'http://elsewhere.example/', 'grüße']);
});

test('Nobody there, a connection that breaks, and what is no HTTP are told apart', async () => {
  const gone = await answering(() => undefined);
  await gone[Symbol.asyncDispose]();
  await assert.rejects(get(gone.url), { code: 'unreachable', message: /\/x\?y=1: cannot be reached \(.*ECONNREFUSED/ });

  await using broken = await answering((_request, response) => {
    response.writeHead(200, { 'Content-Length': 100 });
    response.write('half', () => response.destroy());
  });
  await assert.rejects(get(broken.url), { code: 'unreachable' });

  await using strange = await listen(createTcpServer((socket) => socket.resume().end('SSH-2.0-OpenSSH\r\n')));
  await assert.rejects(get(strange.url), { code: 'bad-answer', message: /not HTTP/ });
});

test('A connection that was kept and is no longer good is replaced', async () => {
  const used = new Set<unknown>();
  await using server = await answering(({ socket }, response) => {
    if (used.has(socket)) return void socket.destroy();
    used.add(socket);
    response.end('fresh');
  });
  const client = createHttpClient({ insecure: false, requestTimeoutMs: 60_000 });
  for (const text of ['fresh', 'fresh']) {
    assert.equal((await client.send({ method: 'GET', url: new URL(server.url), headers: {} }, signal)).text, text);
  }
  assert.equal(used.size, 2);
  client.close();
});

test('An answer that never begins, or never ends, has its deadline', async () => {
  await using silent = await answering(() => undefined);
  await assert.rejects(get(silent.url, { ms: 20 }), { code: 'deadline', message: /no whole answer within 20 ms/ });
  await using slow = await answering((_request, response) => void response.write('{'));
  await assert.rejects(get(slow.url, { ms: 20 }), { code: 'deadline' });
});

test('An answer without end is not kept in memory', async () => {
  await using server = await answering((_request, response) => {
    const chunk = Buffer.alloc(1024 * 1024, 'x');
    const more = (): void => {
      while (!response.destroyed && response.write(chunk));
    };
    response.on('drain', more);
    more();
  });
  await assert.rejects(get(server.url), { code: 'bad-answer', message: /longer than 33554432 bytes/ });
});

test('An abort ends a request with its own reason', async () => {
  await using silent = await answering(() => undefined);
  const controller = new AbortController();
  const client = createHttpClient({ insecure: false, requestTimeoutMs: 60_000 });
  const sent = client.send({ method: 'GET', url: new URL(silent.url), headers: {} }, controller.signal);
  controller.abort(new Error('enough'));
  await assert.rejects(sent, /^Error: enough$/);
  client.close();
});

test('A certificate is trusted if the given authority signed it, or if any will do', async () => {
  await using directory = await temporaryDirectory();
  const path = await createCertificates(directory.path, { server: 'IP:127.0.0.1' });
  const ca = path('ca.pem');
  const identity = { cert: readFileSync(path('server.pem')), key: readFileSync(path('server.key')) };
  await using server = await listen(
    createTlsServer(identity, (_request, response) => response.end('safe')),
    'https',
  );
  assert.equal((await get(server.url, { ca })).text, 'safe');
  assert.equal((await get(server.url, { insecure: true })).text, 'safe');
  await assert.rejects(get(server.url), { code: 'unreachable', message: /set "ca" to the file/ });
});

test('A file of certificates that cannot be read, or that has none, is named', () => {
  for (const ca of ['/nowhere/ca.pem', fileURLToPath(import.meta.url)]) {
    assert.throws(
      () => createHttpClient({ ca, insecure: false, requestTimeoutMs: 1 }),
      (error: { readonly code: string; readonly message: string }) =>
        error.code === 'not-configured' && error.message.startsWith(`${ca} cannot be used: expected `),
    );
  }
});
