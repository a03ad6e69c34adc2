import assert from 'node:assert/strict';
import { test } from 'node:test';
import { jetstreamManager } from '@nats-io/jetstream';
import { connect } from '@nats-io/transport-node';
import type { Sample } from '@nephometer/sample';
import { startNats } from '@nephometer/test-kit';
import { exampleSample } from '../example.ts';
import { addStream, publisherTo, readStream } from './stream-reader.ts';

const { signal } = new AbortController();

test('A stream that is made has limits, and one that is there is left as it is', async () => {
  await using nats = await startNats();
  const options = '/a.b?stream_max_age=2h&stream_max_bytes=10MiB&stream_replicas=1';
  const publisher = publisherTo(nats.port, options);
  await publisher.publish([exampleSample()], signal);
  await publisher.close();
  const client = await connect({ servers: [`127.0.0.1:${nats.port}`] });
  const { streams } = await jetstreamManager(client);
  const { config } = await streams.info('a_b');
  assert.deepEqual(config.subjects, ['a.b.>']);
  assert.equal(config.max_age, 2 * 3600 * 1e9);
  assert.equal(config.max_bytes, 10 * 2 ** 20);
  assert.equal(config.duplicate_window, 600 * 1e9);
  assert.equal(config.storage, 'file');
  await streams.add({ name: 'mine', subjects: ['other.>'] });
  const other = publisherTo(nats.port, '/other?stream=mine');
  await other.publish([exampleSample()], signal);
  await other.close();
  const mine = await streams.info('mine');
  assert.equal(mine.state.messages, 1);
  assert.equal(mine.config.max_bytes, -1);
  await client.close();
});

test('What is too large for the server or for the stream is refused, and the others are stored', async () => {
  await using nats = await startNats({ configuration: ['max_payload: 10KB'] });
  await addStream(nats.port, { name: 's', subjects: ['ceilometer.>'], max_msg_size: 5000 });
  const publisher = publisherTo(nats.port);
  const withText = (id: string, length: number): Sample =>
    exampleSample({ id, resourceMetadata: { text: 'x'.repeat(length) } });
  const longName = exampleSample({ id: 'f', name: 'x'.repeat(5000) });
  const samples = [
    withText('a', 1),
    withText('b', 20_000),
    withText('b2', 20_001),
    withText('c', 1),
    withText('d', 6000),
    longName,
    withText('e', 1),
  ];
  const refusals = await publisher.publish(samples, signal);
  assert.deepEqual(
    refusals.map(({ samples: count, reason }) => [
      count,
      reason.replace(/\d+ bytes of (cpu|x+) of r1$/, 'N bytes of $1'),
    ]),
    [
      [2, 'the server takes 10240 bytes with headers (max_payload); for example N bytes of cpu'],
      [1, `a subject has at most 1000 bytes; for example N bytes of ${longName.name}`],
      [1, 'the stream does not take it: message size exceeds maximum allowed; for example N bytes of cpu'],
    ],
  );
  await publisher.close();
  const stored = await readStream(nats.port, 's');
  assert.deepEqual(
    stored.map(({ id }) => id),
    ['a', 'c', 'e'],
  );
});

test('A stream that is full for now is a failure that passes, and says what is done', async () => {
  await using nats = await startNats();
  await addStream(nats.port, { name: 's', subjects: ['ceilometer.>'], max_msgs: 3, discard: 'new' });
  const publisher = publisherTo(nats.port);
  const samples = Array.from({ length: 5 }, (_, index) => exampleSample({ id: `id-${index}` }));
  await assert.rejects(publisher.publish(samples, signal), {
    code: 'target_failed',
    message: /: the stream does not take it: maximum messages exceeded$/,
    isPermanent: false,
    done: 3,
  });
  await publisher.close();
});

test('Where no stream is made, the message says how to make one', async () => {
  await using nats = await startNats();
  const publisher = publisherTo(nats.port, '/ceilometer?create_stream=false');
  await assert.rejects(publisher.publish([exampleSample()], signal), {
    code: 'refused',
    message:
      /: no stream that is up takes ceilometer\.>; make one: nats stream add ceilometer --subjects 'ceilometer\.>'$/,
    isPermanent: false,
  });
  await addStream(nats.port, { name: 'ceilometer', subjects: ['ceilometer.>'] });
  assert.deepEqual(await publisher.publish([exampleSample()], signal), []);
  await publisher.close();

  const other = publisherTo(nats.port, '/ceilometer?stream=mine');
  await assert.rejects(other.publish([exampleSample()], signal), {
    code: 'refused',
    message: /another stream than mine takes ceilometer\.>$/,
  });
  await other.close();
  const taken = publisherTo(nats.port, '/new?stream=ceilometer');
  await assert.rejects(taken.publish([exampleSample()], signal), {
    code: 'refused',
    message: /the stream ceilometer is there, but does not take new\.>/,
  });
  await taken.close();
  await addStream(nats.port, { name: 'part', subjects: ['apart.disk'] });
  const overlap = publisherTo(nats.port, '/apart');
  await assert.rejects(overlap.publish([exampleSample()], signal), {
    code: 'refused',
    message: /another stream takes some of apart\.>/,
  });
  await overlap.close();
});

test('A server without JetStream is told what it lacks', async () => {
  await using nats = await startNats({ hasJetStream: false });
  const publisher = publisherTo(nats.port);
  await assert.rejects(publisher.publish([exampleSample()], signal), {
    code: 'refused',
    message: /the server has no JetStream; add jetstream \{\} to its configuration$/,
    isPermanent: false,
  });
  await publisher.close();
});
