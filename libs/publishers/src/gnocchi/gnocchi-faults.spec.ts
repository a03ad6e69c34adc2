import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import type { Publisher } from '@nephometer/plugin';
import { startFaultProxy, startGnocchi, startHttpSink } from '@nephometer/test-kit';
import type { TestGnocchi } from '@nephometer/test-kit';
import { exampleSettings } from '../example.ts';
import { guestCycles, guestId, guestSample } from './example.ts';
import { gnocchiPublisherFactory } from './gnocchi-publisher.ts';

const { signal } = new AbortController();

let gnocchi: TestGnocchi;
before(async () => {
  gnocchi = await startGnocchi();
});
after(() => gnocchi[Symbol.asyncDispose]());

function open(port: number, query = ''): Publisher & AsyncDisposable {
  const publisher = gnocchiPublisherFactory.create(
    `gnocchi://admin:secret@127.0.0.1:${port}/?${query}`,
    exampleSettings(),
  );
  return { ...publisher, [Symbol.asyncDispose]: () => publisher.close() };
}

const volumesOf = async (guest: number): Promise<number[]> =>
  (await gnocchi.measures('instance', guestId(guest), 'cpu')).map(([, , volume]) => volume);

test('A Gnocchi that is away at first, and ends in the middle, gets everything when it is back', async () => {
  await using proxy = await startFaultProxy({ target: { host: '127.0.0.1', port: gnocchi.port } });
  proxy.refuse();
  await using publisher = open(proxy.address.port, 'timeout=20');
  const cycles = guestCycles(2, 4);
  const publish = (cycle: number): Promise<unknown> => publisher.publish(cycles[cycle] ?? [], signal);
  await assert.rejects(publish(0), { code: 'unreachable', isPermanent: false, message: /no connection/ });
  await proxy.resume();
  assert.deepEqual(await publish(0), []);
  await gnocchi.stop();
  await assert.rejects(publish(1), { code: 'unreachable', isPermanent: false });
  await gnocchi.start();
  assert.deepEqual(await publish(1), []);
  assert.deepEqual(await publish(2), []);
  proxy.cut();
  assert.deepEqual(await publish(3), []);
  assert.deepEqual(await volumesOf(1), [1e6, 1e6 + 1000, 1e6 + 2000, 1e6 + 3000]);
});

test('A Gnocchi that accepts and stays silent is given up in time, and an abort ends the wait at once', async () => {
  await using proxy = await startFaultProxy({ target: { host: '127.0.0.1', port: gnocchi.port } });
  await using publisher = open(proxy.address.port, 'timeout=0.2');
  proxy.pause();
  await assert.rejects(publisher.publish([guestSample(5)], signal), { code: 'timeout', isPermanent: false });
  const stop = new AbortController();
  await using patient = open(proxy.address.port);
  const stopped = patient.publish([guestSample(5)], stop.signal);
  stop.abort(new Error('stop'));
  await assert.rejects(stopped, { message: 'stop' });
  await proxy.resume();
  assert.deepEqual(await patient.publish([guestSample(5)], signal), []);
  assert.deepEqual(await volumesOf(5), [5]);
});

test('Each failure of the other side has its error, which has no password and passes', async () => {
  const json = JSON.stringify({ code: 0, description: 'secret words' });
  for (const [status, code, body] of [
    [401, 'unauthorized', 'secret words'],
    [404, 'refused', json],
    [429, 'target_failed', json],
    [500, 'target_failed', 'secret words'],
    [503, 'target_failed', json],
  ] as const) {
    await using sink = await startHttpSink({ respond: () => ({ status, headers: { 'Retry-After': '7' }, body }) });
    await using publisher = open(sink.port);
    await assert.rejects(publisher.publish([guestSample(6)], signal), (error: Error & { retryAfterMs?: number }) => {
      assert.deepEqual({ ...error, retryAfterMs: 0 }, { ...error, code, isPermanent: false, retryAfterMs: 0 });
      assert.equal(error.retryAfterMs, 7000);
      assert.match(error.message, /"\*\*\* words"/);
      return true;
    });
  }
});
