import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Publisher } from '@nephometer/plugin';
import type { Sample } from '@nephometer/sample';
import { eventually, startFaultProxy, startKafka } from '@nephometer/test-kit';
import { exampleCycles, exampleSample } from '../example.ts';
import { expectSamples, publisherTo, topic } from './topic-judge.ts';

const { signal } = new AbortController();

// Of the protocol.
const produce = 0;
const notEnoughReplicas = 19;

/** Publishes until it works, as the delivery does. */
async function publishAgain(publisher: Publisher, samples: readonly Sample[]): Promise<void> {
  await eventually(async () => {
    assert.deepEqual(await publisher.publish(samples, signal), []);
  });
}

test('Leaders that change in the middle lose nothing and double nothing', async () => {
  await using kafka = await startKafka(3);
  await kafka.createTopic(topic, 4);
  const publisher = publisherTo(kafka.brokers);
  const cycles = exampleCycles(10, 6);
  for (const [cycle, samples] of cycles.entries()) {
    assert.deepEqual(await publisher.publish(samples, signal), []);
    for (let partition = 0; partition < 4; partition += 1) {
      await kafka.setLeader(topic, partition, ((cycle + partition) % 3) + 1);
    }
  }
  await publisher.close();
  expectSamples(await kafka.records(topic), cycles.flat());
});

test('What fails at one broker is delivered when it is back, and nothing that the others had is sent again', async () => {
  await using kafka = await startKafka(2);
  await kafka.createTopic(topic, 2);
  await kafka.setLeader(topic, 0, 1);
  await kafka.setLeader(topic, 1, 2);
  const publisher = publisherTo(kafka.brokers);
  const [first = [], second = []] = exampleCycles(10, 2);
  await publisher.publish(first, signal);
  await kafka.stop(2);
  await assert.rejects(publisher.publish(second, signal), { code: 'unreachable', isPermanent: false });
  await kafka.start(2);
  await publishAgain(publisher, second);
  await publisher.close();
  expectSamples(await kafka.records(topic), [...first, ...second]);
});

test('A failure that passes says how much of the batch need not come again', async () => {
  await using kafka = await startKafka();
  await kafka.createTopic(topic, 1);
  const publisher = publisherTo(kafka.brokers);
  const text = 'x'.repeat(400_000);
  const samples = Array.from({ length: 4 }, (_, index) =>
    exampleSample({ id: `id-${index}`, resourceMetadata: { text } }),
  );
  // The first piece is taken; the second one fails as often as it is tried.
  await kafka.failNext(produce, [0, ...Array.from({ length: 6 }, () => notEnoughReplicas)]);
  await assert.rejects(publisher.publish(samples, signal), {
    code: 'target_failed',
    message: /^kafka:\/\/127\.0\.0\.1:\d+\?topic=samples: NOT_ENOUGH_REPLICAS: /,
    isPermanent: false,
    done: 2,
  });
  await publisher.publish(samples.slice(2), signal);
  await publisher.close();
  expectSamples(await kafka.records(topic), samples);
});

test('A cluster that is away at first is said so, and used as soon as it is there', async () => {
  await using kafka = await startKafka();
  await kafka.stop(1);
  const publisher = publisherTo(kafka.brokers);
  await assert.rejects(publisher.publish([exampleSample()], signal), {
    code: 'unreachable',
    message: /^kafka:\/\/127\.0\.0\.1:\d+\?topic=samples: no connection \(.*ECONNREFUSED/,
    isPermanent: false,
    done: 0,
  });
  await kafka.start(1);
  await publishAgain(publisher, [exampleSample()]);
  await publisher.close();
  expectSamples(await kafka.records(topic), [exampleSample()]);
});

test('A broker that accepts and stays silent holds nobody for longer than the timeout, and closing not at all', async () => {
  await using kafka = await startKafka();
  const [host = '', port] = (kafka.brokers[0] ?? '').split(':');
  await using proxy = await startFaultProxy({ target: { host, port: Number(port) } });
  proxy.pause();
  const publisher = publisherTo([`127.0.0.1:${proxy.address.port}`], '&timeout=0.5');
  await assert.rejects(publisher.publish([exampleSample()], signal), { code: 'timeout', isPermanent: false });
  await proxy.resume();
  await publishAgain(publisher, [exampleSample()]);
  await kafka.delay(1, 600_000);
  await assert.rejects(publisher.publish([exampleSample({ id: 'second' })], signal), { code: 'timeout' });
  const controller = new AbortController();
  const reason = new Error('stop');
  const publishing = publisher.publish([exampleSample({ id: 'second' })], controller.signal);
  controller.abort(reason);
  await assert.rejects(publishing, reason);
  const closedMeanwhile = publisher.publish([exampleSample({ id: 'second' })], signal);
  const refused = assert.rejects(closedMeanwhile, { code: 'closed' });
  await publisher.close();
  await refused;
});

test('A broker that is silent holds its own partitions only: what the others acknowledge is not sent again', async () => {
  await using kafka = await startKafka(2);
  await kafka.createTopic(topic, 2);
  await kafka.setLeader(topic, 0, 1);
  await kafka.setLeader(topic, 1, 2);
  const publisher = publisherTo(kafka.brokers, '&timeout=6');
  const [first = [], second = []] = exampleCycles(10, 2);
  await publisher.publish(first, signal);
  await kafka.delay(2, 60_000);
  await assert.rejects(publisher.publish(second, signal), { code: 'timeout', isPermanent: false });
  await kafka.delay(2, 0);
  await publishAgain(publisher, second);
  await publisher.close();
  // The silent one stored what came, and could not say so.
  const records = (await kafka.records(topic)).filter(({ partition }) => partition === 0);
  const ids = records.map(({ headers }) => headers['message_id']);
  assert.ok(ids.length > 0);
  assert.equal(new Set(ids).size, ids.length);
  const all = new Set((await kafka.records(topic)).map(({ headers }) => headers['message_id']));
  assert.deepEqual(all, new Set([...first, ...second].map(({ id }) => id)));
});

test('A connection that breaks in the middle is made again', async () => {
  await using kafka = await startKafka();
  await kafka.createTopic(topic, 1);
  const publisher = publisherTo(kafka.brokers);
  const cycles = exampleCycles(3, 4);
  for (const samples of cycles) {
    await publishAgain(publisher, samples);
    await kafka.stop(1);
    await kafka.start(1);
  }
  await publisher.close();
  expectSamples(await kafka.records(topic), cycles.flat());
});

test('A topic that nobody makes is told', async () => {
  await using kafka = await startKafka();
  await kafka.failTopic(topic, 3);
  const publisher = publisherTo(kafka.brokers);
  await assert.rejects(publisher.publish([exampleSample()], signal), {
    code: 'refused',
    message: /there is no such topic, and the brokers do not make it; create it/,
    isPermanent: false,
  });
  await kafka.failTopic(topic, 29);
  await assert.rejects(publisher.publish([exampleSample()], signal), {
    code: 'unauthorized',
    message: /we may not write to the topic; allow the user Write/,
    isPermanent: false,
  });
  await publisher.close();
});
