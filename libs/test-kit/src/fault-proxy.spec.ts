import assert from 'node:assert/strict';
import { existsSync } from 'node:fs';
import { once } from 'node:events';
import { connect, createServer } from 'node:net';
import type { AddressInfo, Server, Socket } from 'node:net';
import { join } from 'node:path';
import { describe, test } from 'node:test';
import { text } from 'node:stream/consumers';
import { eventually } from './eventually.ts';
import { startFaultProxy } from './fault-proxy.ts';
import type { Endpoint } from './fault-proxy.ts';
import { temporaryDirectory } from './temporary-directory.ts';

for (const kind of ['tcp', 'unix'] as const) {
  describe(`a proxy for ${kind}`, () => {
    test('forwards both ways, and ends of a stream one by one', async () => {
      await using echo = await startEcho(kind);
      await using proxy = await startFaultProxy({ target: echo.endpoint });
      const socket = connect({ ...proxy.address, allowHalfOpen: true });
      const big = 'x'.repeat(1_000_000);
      socket.end(big);
      assert.equal(await text(socket), big);
    });

    test('paused, it accepts and keeps what comes; resumed, it delivers', async () => {
      await using echo = await startEcho(kind);
      await using proxy = await startFaultProxy({ target: echo.endpoint });
      const before = await open(proxy.address);
      assert.equal(await ask(before, 'a'), 'a');
      proxy.pause();
      const during = await open(proxy.address);
      const answers: string[] = [];
      for (const socket of [before, during]) socket.on('data', (data) => answers.push(String(data)));
      before.write('b');
      during.write('c');
      // A round trip beside the proxy, so that there was time for an answer.
      const direct = await open(echo.endpoint);
      await ask(direct, 'd');
      direct.destroy();
      assert.equal(echo.accepted, 2, 'the one before and the direct one');
      assert.deepEqual(answers, []);
      await proxy.resume();
      while (answers.length < 2) await Promise.race([once(before, 'data'), once(during, 'data')]);
      assert.deepEqual(answers.sort(), ['b', 'c']);
      assert.equal(proxy.connections, 2);
      before.destroy();
      during.destroy();
    });

    test('cutting breaks what is open and lets new ones in', async () => {
      await using echo = await startEcho(kind);
      await using proxy = await startFaultProxy({ target: echo.endpoint });
      const socket = await open(proxy.address);
      await ask(socket, 'a');
      const codes: unknown[] = [];
      socket.on('error', (error: NodeJS.ErrnoException) => codes.push(error.code));
      proxy.cut();
      await once(socket, 'close').catch(() => undefined);
      assert.deepEqual(codes, kind === 'tcp' ? ['ECONNRESET'] : []);
      const next = await open(proxy.address);
      assert.equal(await ask(next, 'b'), 'b');
      next.destroy();
    });

    test('cutting breaks a connection that is just ending', async () => {
      await using echo = await startEcho(kind);
      await using proxy = await startFaultProxy({ target: echo.endpoint });
      const socket = connect({ ...proxy.address, allowHalfOpen: true });
      socket.on('error', () => undefined).end('a');
      await once(socket, 'data');
      proxy.cut();
      await eventually(() => assert.equal(proxy.connections, 0));
      socket.destroy();
    });

    test('refusing lets nobody in and keeps the others; resumed, the address is the same', async () => {
      await using echo = await startEcho(kind);
      await using proxy = await startFaultProxy({ target: echo.endpoint });
      const socket = await open(proxy.address);
      await ask(socket, 'a');
      proxy.refuse();
      proxy.refuse();
      await assert.rejects(open(proxy.address), { code: kind === 'tcp' ? 'ECONNREFUSED' : 'ENOENT' });
      assert.equal(await ask(socket, 'b'), 'b');
      await proxy.resume();
      const next = await open(proxy.address);
      assert.equal(await ask(next, 'c'), 'c');
      next.destroy();
      socket.destroy();
    });

    test('a target that is not there breaks the connection', async () => {
      const echo = await startEcho(kind);
      await echo[Symbol.asyncDispose]();
      await using proxy = await startFaultProxy({ target: echo.endpoint });
      const socket = connect(proxy.address);
      socket.on('error', () => undefined);
      await once(socket, 'close');
    });
  });
}

test('disposing a unix proxy removes its directory', async () => {
  const proxy = await startFaultProxy({ target: { path: '/nowhere' } });
  assert.ok(existsSync(proxy.address.path));
  await proxy[Symbol.asyncDispose]();
  assert.ok(!existsSync(join(proxy.address.path, '..')));
});

interface Echo extends AsyncDisposable {
  readonly endpoint: Endpoint;
  /** Connections so far. */
  readonly accepted: number;
}

async function startEcho(kind: 'tcp' | 'unix'): Promise<Echo> {
  const directory = await temporaryDirectory();
  const sockets = new Set<Socket>();
  let accepted = 0;
  const server: Server = createServer({ allowHalfOpen: true }, (socket) => {
    accepted++;
    sockets.add(socket);
    socket.on('error', () => undefined).once('close', () => sockets.delete(socket));
    socket.pipe(socket);
  });
  server.listen(kind === 'tcp' ? { host: '127.0.0.1', port: 0 } : { path: join(directory.path, 'echo') });
  await once(server, 'listening');
  const bound = server.address() as AddressInfo | string;
  return {
    endpoint: typeof bound === 'string' ? { path: bound } : { host: bound.address, port: bound.port },
    get accepted() {
      return accepted;
    },
    [Symbol.asyncDispose]: async () => {
      for (const socket of sockets) socket.destroy();
      server.close();
      await once(server, 'close');
      await directory[Symbol.asyncDispose]();
    },
  };
}

async function open(endpoint: Endpoint): Promise<Socket> {
  const socket = connect(endpoint);
  await once(socket, 'connect');
  return socket;
}

async function ask(socket: Socket, question: string): Promise<string> {
  socket.write(question);
  const [answer] = (await once(socket, 'data')) as [Buffer];
  return String(answer);
}
