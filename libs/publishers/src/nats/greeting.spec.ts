import assert from 'node:assert/strict';
import { once } from 'node:events';
import { createServer } from 'node:net';
import type { AddressInfo, Socket } from 'node:net';
import { test } from 'node:test';
import { DeadlineError } from '@nephometer/abortable';
import { awaitGreeting } from './greeting.ts';

const { signal } = new AbortController();

/** Greets through a server that does this to each connection, and waits until it has ended. */
async function greet(serve: (socket: Socket) => void, timeoutMs = 60_000, ending = signal): Promise<void> {
  const server = createServer((socket) => {
    socket.on('error', () => undefined);
    serve(socket);
  }).listen(0, '127.0.0.1');
  await once(server, 'listening');
  try {
    await awaitGreeting({ host: '127.0.0.1', port: (server.address() as AddressInfo).port }, timeoutMs, ending);
  } finally {
    // Only comes when all connections have ended.
    const closed = once(server, 'close');
    server.close();
    await closed;
  }
}

test('A server that greets will do, and the connection ends', async () => {
  await greet((socket) => socket.resume().write('INFO {"version":"2.9.10"}\r\n'));
});

test('One that says something else, hangs up, or says nothing will not', async () => {
  await assert.rejects(
    greet((socket) => socket.resume().write('220 mail.example ESMTP\r\n')),
    { code: 'bad_answer' },
  );
  await assert.rejects(
    greet((socket) => socket.end()),
    { code: 'unreachable' },
  );
  await assert.rejects(
    greet((socket) => socket.resume(), 20),
    new DeadlineError(20),
  );
});

test('An abort ends the wait', async () => {
  const controller = new AbortController();
  const reason = new Error('stop');
  await assert.rejects(
    greet(
      (socket) => {
        socket.resume();
        controller.abort(reason);
      },
      60_000,
      controller.signal,
    ),
    reason,
  );
});
