import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Publisher } from '@nephometer/plugin';
import { sampleToJson } from '@nephometer/sample';
import type { Sample } from '@nephometer/sample';
import { eventually, freePort, startFaultProxy, startHttpSink, startNats } from '@nephometer/test-kit';
import { exampleCycles, exampleSample } from '../example.ts';
import { createMessageSigner } from '../message/message-signer.ts';
import { messageToJson, meteringMessage } from '../message/metering-message.ts';
import { publisherOf, publisherTo, readStream } from './stream-reader.ts';
import type { StoredMessage } from './stream-reader.ts';

const { signal } = new AbortController();

function expectedOf(sample: Sample): StoredMessage {
  const signer = createMessageSigner({ secret: 'secret', compat: 'head' });
  return {
    subject: `ceilometer.${sample.name}`,
    id: sample.id,
    text: messageToJson(signer.sign(meteringMessage(sample, { compat: 'head' }))),
  };
}

/** Publishes until it works, as the delivery does. */
async function publishAgain(publisher: Publisher, samples: readonly Sample[]): Promise<void> {
  await eventually(async () => {
    assert.deepEqual(await publisher.publish(samples, signal), []);
  });
}

test('The samples of ten guests in five cycles are in the stream, in order, each below its subject', async () => {
  await using nats = await startNats();
  const publisher = publisherTo(nats.port);
  const cycles = exampleCycles(10, 5);
  for (const samples of cycles) assert.deepEqual(await publisher.publish(samples, signal), []);
  await publisher.close();
  assert.deepEqual(await readStream(nats.port), cycles.flat().map(expectedOf));
});

test('What comes again is stored once', async () => {
  await using nats = await startNats();
  const publisher = publisherTo(nats.port);
  const samples = exampleCycles(10, 1).flat();
  await publisher.publish(samples, signal);
  assert.deepEqual(await publisher.publish(samples, signal), []);
  await nats.stop();
  await assert.rejects(publisher.publish(samples, signal), { code: 'unreachable', isPermanent: false });
  await nats.start();
  await publishAgain(publisher, samples);
  await publisher.close();
  assert.deepEqual(await readStream(nats.port), samples.map(expectedOf));
});

test('A server that is killed between and within calls loses nothing of what it acknowledged, nor the order', async () => {
  await using nats = await startNats();
  const publisher = publisherTo(nats.port);
  const cycles = exampleCycles(40, 6);
  for (const [cycle, samples] of cycles.entries()) {
    const publishing = publishAgain(publisher, samples);
    if (cycle % 2 === 1) {
      await nats.stop();
      await nats.start();
    }
    await publishing;
  }
  await publisher.close();
  assert.deepEqual(await readStream(nats.port), cycles.flat().map(expectedOf));
});

test('A server that is not there is said so, and the next one of the list is taken', async () => {
  const port = await freePort();
  const publisher = publisherTo(port);
  await assert.rejects(publisher.publish([exampleSample()], signal), {
    code: 'unreachable',
    message: new RegExp(`^nats://127\\.0\\.0\\.1:${port}/ceilometer: no connection \\(.*ECONNREFUSED`),
    isPermanent: false,
  });
  await publisher.close();
  await using nats = await startNats();
  const both = publisherOf(`nats://127.0.0.1:${port},127.0.0.1:${nats.port}`);
  assert.deepEqual(await both.publish([exampleSample()], signal), []);
  await both.close();
});

test('A server that accepts and stays silent, before and in the middle, holds nobody for longer than the timeout', async () => {
  await using nats = await startNats();
  await using proxy = await startFaultProxy({ target: { host: '127.0.0.1', port: nats.port } });
  const publisher = publisherTo(proxy.address.port, '/ceilometer?timeout=0.5');
  proxy.pause();
  await assert.rejects(publisher.publish([exampleSample()], signal), { code: 'timeout', isPermanent: false });
  await proxy.resume();
  // A connection that nobody had let go of would stay.
  await eventually(() => assert.equal(proxy.connections, 0));
  await publishAgain(publisher, [exampleSample()]);
  proxy.pause();
  await assert.rejects(publisher.publish([exampleSample({ id: 'second' })], signal), { code: 'timeout' });
  await proxy.resume();
  // A connection that nobody had let go of would stay.
  await eventually(() => assert.equal(proxy.connections, 0));
  await publishAgain(publisher, [exampleSample({ id: 'second' })]);
  proxy.cut();
  await publishAgain(publisher, [exampleSample({ id: 'third' })]);
  proxy.pause();
  const controller = new AbortController();
  const reason = new Error('stop');
  const publishing = publisher.publish([exampleSample({ id: 'fourth' })], controller.signal);
  controller.abort(reason);
  await assert.rejects(publishing, reason);
  const waiting = assert.rejects(publisher.publish([exampleSample({ id: 'fourth' })], signal), { code: 'closed' });
  await publisher.close();
  await waiting;
});

test('What is no NATS is said so', async () => {
  await using sink = await startHttpSink();
  const publisher = publisherTo(sink.port, '/ceilometer?timeout=0.5');
  await assert.rejects(publisher.publish([exampleSample()], signal), { code: 'timeout' });
  await publisher.close();
});

test('More samples than may wait for an answer go through, and calls may overlap', async () => {
  await using nats = await startNats();
  const publisher = publisherTo(nats.port, '/ceilometer?format=sample');
  const samples = Array.from({ length: 2500 }, (_, index) => exampleSample({ id: `id-${index}` }));
  await publisher.publish(samples.slice(0, 1), signal);
  await Promise.all([
    publisher.publish(samples.slice(1), signal),
    publisher.publish(exampleCycles(1, 1).flat(), signal),
  ]);
  await publisher.close();
  const mine = (await readStream(nats.port)).filter(({ id }) => id.startsWith('id-'));
  assert.deepEqual(
    mine.map(({ text }) => text),
    samples.map(sampleToJson),
  );
});

test('A closed publisher refuses, closing again is fine, and nothing is left open', async () => {
  await using nats = await startNats();
  const publisher = publisherTo(nats.port);
  const reason = new Error('stop');
  await assert.rejects(publisher.publish([exampleSample()], AbortSignal.abort(reason)), reason);
  await publisher.publish([exampleSample()], signal);
  assert.equal(await nats.connections(), 1);
  await publisher.close();
  await publisher.close();
  await eventually(async () => assert.equal(await nats.connections(), 0));
  await assert.rejects(publisher.publish([exampleSample()], signal), { code: 'closed' });
});
