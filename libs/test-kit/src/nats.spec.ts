import assert from 'node:assert/strict';
import { once } from 'node:events';
import { connect } from 'node:net';
import { test } from 'node:test';
import { startNats } from './nats.ts';

/** What a server says first. */
async function greeting(port: number): Promise<Readonly<Record<string, unknown>>> {
  const socket = connect(port, '127.0.0.1');
  const [data] = (await once(socket, 'data')) as [Buffer];
  socket.destroy();
  return JSON.parse(data.toString().replace(/^INFO /, '')) as Readonly<Record<string, unknown>>;
}

test('A server has JetStream, comes back at the same port, and ends with its scope', async () => {
  const nats = await startNats();
  assert.equal((await greeting(nats.port))['jetstream'], true);
  const { pid } = nats;
  await nats.stop();
  assert.throws(() => process.kill(pid, 0), { code: 'ESRCH' });
  await nats.start();
  assert.notEqual(nats.pid, pid);
  assert.equal(await nats.connections(), 0);
  const last = nats.pid;
  await nats[Symbol.asyncDispose]();
  assert.throws(() => process.kill(last, 0), { code: 'ESRCH' });
});

test('It takes lines of configuration, and says what is wrong with them', async () => {
  await using nats = await startNats({ hasJetStream: false, configuration: ['max_payload: 1000'] });
  const info = await greeting(nats.port);
  assert.equal(info['max_payload'], 1000);
  assert.notEqual(info['jetstream'], true);
  await assert.rejects(
    startNats({ configuration: ['no_such_option: 1'] }),
    /nats-server ended; it wrote:.*no_such_option/s,
  );
});
