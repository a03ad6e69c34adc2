import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { fileURLToPath } from 'node:url';
import type { GetMessage } from 'amqplib';
import type { Sample } from '@nephometer/sample';
import { eventually, startFaultProxy, startProcess, startRabbitmq } from '@nephometer/test-kit';
import type { TestRabbitmq } from '@nephometer/test-kit';
import { exampleCycles, exampleSample, exampleSettings } from '../example.ts';
import { createMessageSigner } from '../message/message-signer.ts';
import { messageToJson, meteringMessage } from '../message/metering-message.ts';
import { parsePythonJson } from '../message/python-json.ts';
import type { PythonDictionary } from '../message/python-value.ts';
import { parseMessage, readTestdata } from '../message/recorded.ts';
import { notifierPublisherFactory } from './notifier-publisher.ts';
import { messagesIn, withChannel } from './queue-reader.ts';

const { signal } = new AbortController();
const cycles = exampleCycles(10, 5);

let rabbitmq: TestRabbitmq;

// One for all tests, which keep apart by the names of their queues.
before(async () => {
  rabbitmq = await startRabbitmq();
});

after(() => rabbitmq[Symbol.asyncDispose]());

/** A publisher with options; on the port of the RabbitMQ, or what stands for it. */
function createPublisher(options: string, port = rabbitmq.port) {
  const publisher = notifierPublisherFactory.create(`notifier://127.0.0.1:${port}/?${options}`, exampleSettings());
  return Object.assign(publisher, { [Symbol.asyncDispose]: () => publisher.close() });
}

/** Where what was published can be read back, with oslo.messaging: each call gives the next notifications. */
async function startConsumer(topic: string, { exchange = 'ceilometer', query = '' } = {}) {
  const script = fileURLToPath(new URL('../../testdata/consume-notifications.py', import.meta.url));
  const url = `rabbit://guest:guest@127.0.0.1:${rabbitmq.port}/${query}`;
  const consumer = await startProcess('/usr/bin/python3', [script, url, exchange, topic]);
  await consumer.waitForLine((line) => line.includes('listening'), { from: 'stdout' });
  const received = () => consumer.jsonLines('stdout').filter((line) => 'notification' in line);
  let taken = 0;
  return {
    async notifications(count: number) {
      await consumer.waitForLine(() => received().length >= taken + count);
      const next = received().slice(taken, taken + count);
      taken += count;
      return next.map(({ notification }) => parsePythonJson(String(notification)) as unknown as Received);
    },
    [Symbol.asyncDispose]: () => consumer[Symbol.asyncDispose](),
  };
}

interface Received {
  readonly publisher_id: string;
  readonly event_type: string;
  readonly payload: readonly PythonDictionary[] | { readonly samples: readonly PythonDictionary[] };
}

/** Fails unless the messages are those of the samples, in order, and rightly signed. */
function assertMessages(messages: readonly PythonDictionary[], samples: readonly Sample[]): void {
  const signer = createMessageSigner({ secret: 'secret', compat: 'head' });
  for (const message of messages) assert.ok(signer.verify(message));
  assert.deepEqual(
    messages.map(({ message_signature: _signature, ...message }) => message),
    samples.map((sample) => parseMessage(messageToJson(meteringMessage(sample, { compat: 'head' })))),
  );
}

test('The samples of ten guests in five cycles arrive in oslo.messaging, all of them, in order and signed', async () => {
  await using publisher = createPublisher('topic=ten');
  for (const samples of cycles) assert.deepEqual(await publisher.publish(samples, signal), []);
  await using consumer = await startConsumer('ten');
  const received = await consumer.notifications(cycles.length);
  for (const { publisher_id: publisherId, event_type: eventType } of received) {
    assert.deepEqual([publisherId, eventType], ['telemetry.publisher.collector-1', 'metering']);
  }
  assertMessages(
    received.flatMap(({ payload }) => ('samples' in payload ? [] : payload)),
    cycles.flat(),
  );
});

test('In the format of the polling agent they arrive where the notification agent listens', async () => {
  await using consumer = await startConsumer('notifications');
  await using publisher = createPublisher('format=polling');
  for (const samples of cycles) await publisher.publish(samples, signal);
  const received = await consumer.notifications(cycles.length);
  for (const { publisher_id: publisherId, event_type: eventType } of received) {
    assert.deepEqual([publisherId, eventType], ['ceilometer.polling', 'telemetry.polling']);
  }
  assertMessages(
    received.flatMap(({ payload }) => ('samples' in payload ? payload.samples : [])),
    cycles.flat(),
  );
});

test('Exchange, queue and properties are those of Ceilometer, and the message has an id besides', async () => {
  const recorded = JSON.parse(readTestdata('notifications-wire.json')) as {
    readonly metering: { readonly properties: Readonly<Record<string, unknown>> };
  };
  await using publisher = createPublisher('');
  await publisher.publish([exampleSample()], signal);
  const message = await withChannel(rabbitmq.port, async (channel) => {
    // Declared in any other way, these would be refused.
    await channel.assertExchange('ceilometer', 'topic', { durable: false, autoDelete: false });
    await channel.assertQueue('metering.sample', { durable: false, autoDelete: false });
    return channel.get('metering.sample', { noAck: true });
  });
  assert.ok(message);
  const { messageId, ...properties } = given(message);
  assert.match(String(messageId), /^[0-9a-f-]{36}$/);
  assert.deepEqual(properties, {
    contentType: recorded.metering.properties['content-type'],
    contentEncoding: recorded.metering.properties['content-encoding'],
    headers: recorded.metering.properties['headers'],
    deliveryMode: recorded.metering.properties['delivery-mode'],
    priority: recorded.metering.properties['priority'],
  });
  assert.equal(message.fields.routingKey, 'metering.sample');
});

function given({ properties }: GetMessage): Readonly<Record<string, unknown>> {
  return Object.fromEntries(Object.entries(properties).filter(([, value]) => value !== undefined));
}

test('Each topic gets each message, and each meter its own if asked for', async () => {
  await using publisher = createPublisher('topic=several-1&topic=several-2&per_meter_topic=1');
  const samples = [exampleSample({ name: 'b' }), exampleSample({ name: 'a' }), exampleSample({ name: 'b' })];
  await publisher.publish(samples, signal);
  for (const topic of ['several-1', 'several-2']) {
    await using consumer = await startConsumer(topic);
    const received = await consumer.notifications(3);
    const [b, a, again] = samples;
    assert.ok(a && b && again);
    assert.deepEqual(
      received.map(({ event_type: eventType }) => eventType),
      ['metering', 'metering.a', 'metering.b'],
    );
    for (const [index, expected] of [samples, [a], [b, again]].entries()) {
      assertMessages((received[index]?.payload ?? []) as readonly PythonDictionary[], expected);
    }
  }
});

test('A RabbitMQ that is killed in the middle and away for a while gets all batches in the end, and kept what it had', async () => {
  await using publisher = createPublisher('exchange=kept&topic=kept&amqp_durable_queues=true');
  const [before, after] = [cycles.slice(0, 2), cycles.slice(2)];
  for (const samples of before) await publisher.publish(samples, signal);
  await rabbitmq.stop('SIGKILL');
  await using late = createPublisher('exchange=kept&topic=kept&amqp_durable_queues=true');
  for (const each of [publisher, late]) {
    await assert.rejects(each.publish(after[0] ?? [], signal), {
      code: 'unreachable',
      message: `notifier://127.0.0.1:${rabbitmq.port}: connect ECONNREFUSED 127.0.0.1:${rabbitmq.port}`,
      isPermanent: false,
      done: 0,
    });
  }
  await rabbitmq.start();
  const [first = [], ...rest] = after;
  await late.publish(first, signal);
  for (const samples of rest) await publisher.publish(samples, signal);
  await using consumer = await startConsumer('kept', { exchange: 'kept', query: '?amqp_durable_queues=true' });
  const received = await consumer.notifications(cycles.length);
  assertMessages(
    received.flatMap(({ payload }) => payload as readonly PythonDictionary[]),
    cycles.flat(),
  );
});

test('A quorum queue is declared as one', async () => {
  await using publisher = createPublisher('exchange=quorum&topic=quorum&rabbit_quorum_queue=true');
  await publisher.publish([exampleSample()], signal);
  await withChannel(rabbitmq.port, (channel) =>
    channel.assertQueue('quorum.sample', { durable: true, arguments: { 'x-queue-type': 'quorum' } }),
  );
});

test('A queue that somebody deletes is there again before the next batch', async () => {
  await using publisher = createPublisher('topic=deleted');
  await publisher.publish([exampleSample()], signal);
  await withChannel(rabbitmq.port, (channel) => channel.deleteQueue('deleted.sample'));
  await publisher.publish([exampleSample()], signal);
  assert.equal(await messagesIn(rabbitmq.port, 'deleted'), 1);
  await withChannel(rabbitmq.port, async (channel) => {
    await channel.unbindQueue('deleted.sample', 'ceilometer', 'deleted.sample');
  });
  await publisher.publish([exampleSample()], signal);
  assert.equal(await messagesIn(rabbitmq.port, 'deleted'), 2);
});

test('A batch that comes again after its confirmation was lost has the same id, by which consumers pass over it', async () => {
  await using proxy = await startFaultProxy({ target: { host: '127.0.0.1', port: rabbitmq.port } });
  await using publisher = createPublisher('topic=again', proxy.address.port);
  const [first = [], second = [], third = []] = cycles;
  await using consumer = await startConsumer('again');
  await publisher.publish(first, signal);
  await publisher.publish(second, signal);
  // As if the connection had broken just before the confirmation.
  proxy.cut();
  await eventually(() => publisher.publish(second, signal));
  await publisher.publish(third, signal);
  const received = await consumer.notifications(3);
  assertMessages(
    received.flatMap(({ payload }) => payload as readonly PythonDictionary[]),
    [...first, ...second, ...third],
  );
});
