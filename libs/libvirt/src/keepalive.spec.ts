import assert from 'node:assert/strict';
import { test } from 'node:test';
import { startKeepalive } from './keepalive.ts';
import { keepaliveFrame, startScriptedDaemon } from './testing/scripted-daemon.ts';

const eager = { intervalMs: 2, timeoutMs: 10 };

void test('a silent connection is asked again and again, at rest, and lives as long as it is answered', async () => {
  await using daemon = await startScriptedDaemon({ pongs: false });
  await using connection = await daemon.connect({ keepalive: { intervalMs: 2, timeoutMs: 1_000_000_000 } });
  for (let round = 0; round < 3; round++) {
    const ping = await daemon.next('PING');
    assert.equal(ping.frame.toString('hex'), keepaliveFrame(1).toString('hex'));
    ping.send(keepaliveFrame(2));
  }
  const call = connection.getHostname();
  (await daemon.next('CONNECT_GET_HOSTNAME')).reply((writer) => writer.string('host'));
  assert.equal(await call, 'host');
});

void test('a daemon that answers no PING is taken for dead, and its calls are lost', async () => {
  await using daemon = await startScriptedDaemon({ pongs: false });
  await using connection = await daemon.connect({ keepalive: eager });
  const call = assert.rejects(connection.getHostname(), /did not answer a keepalive PING/);
  const reason = await connection.closed;
  assert.equal(reason.code, 'connection-lost');
  await call;
});

void test('a connection whose slots are all taken is not judged, until one is free', async () => {
  const pings: number[] = [];
  let isFull = true;
  let looks = 0;
  await new Promise<void>((resolve) => {
    startKeepalive(
      { intervalMs: 1, timeoutMs: 1 },
      {
        ping: () => pings.push(looks),
        mayBeDeaf: () => {
          looks++;
          if (looks === 3) isFull = false;
          return isFull;
        },
        onSilent: () => resolve(),
      },
    );
  });
  assert.deepEqual(pings, [0], 'one PING waits in the socket, no more are added to it');
  assert.ok(looks >= 3, 'it was looked at while full, and not judged');
});

void test('any sign of life between PING and judgement counts as an answer', async () => {
  let pings = 0;
  const silent = Promise.withResolvers<void>();
  const keepalive = startKeepalive(
    { intervalMs: 1, timeoutMs: 1 },
    {
      ping: () => {
        pings++;
        // Heard of in the very turn of the event loop in which the time is up.
        if (pings <= 3) setImmediate(() => keepalive.heard());
      },
      mayBeDeaf: () => false,
      onSilent: () => silent.resolve(),
    },
  );
  await silent.promise;
  assert.ok(pings > 3);
});

void test('a watch that was stopped asks and judges no more', async () => {
  let pings = 0;
  const stopped = Promise.withResolvers<void>();
  const keepalive = startKeepalive(
    { intervalMs: 1, timeoutMs: 1 },
    {
      ping: () => {
        pings++;
        keepalive.stop();
        keepalive.stop();
        stopped.resolve();
      },
      mayBeDeaf: () => false,
      onSilent: () => assert.fail('judged after stop'),
    },
  );
  await stopped.promise;
  // Another watch of the same length runs its whole course meanwhile.
  await new Promise<void>((resolve) => {
    startKeepalive(
      { intervalMs: 1, timeoutMs: 1 },
      { ping: () => undefined, mayBeDeaf: () => false, onSilent: () => resolve() },
    );
  });
  assert.equal(pings, 1);
});
