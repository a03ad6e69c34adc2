import assert from 'node:assert/strict';
import { test } from 'node:test';
import { runCommand, startKafka } from '@nephometer/test-kit';
import { exampleCycles, exampleSample } from '../example.ts';
import { expectSamples, payloadOf, publisherTo, topic } from './topic-judge.ts';

const { signal } = new AbortController();

// Of the protocol.
const produce = 0;
const tooLarge = 10;

test('The samples of ten guests in five cycles are in the topic, read by another client, in order for each resource', async () => {
  await using kafka = await startKafka(3);
  await kafka.createTopic(topic, 6);
  const publisher = publisherTo(kafka.brokers);
  const cycles = exampleCycles(10, 5);
  for (const samples of cycles) assert.deepEqual(await publisher.publish(samples, signal), []);
  await publisher.close();
  const records = await kafka.records(topic);
  expectSamples(records, cycles.flat());
  assert.ok(new Set(records.map(({ partition }) => partition)).size > 1);
});

for (const compression of ['gzip', 'snappy', 'lz4', 'zstd']) {
  test(`What is compressed with ${compression} is read by another client`, async () => {
    await using kafka = await startKafka();
    const publisher = publisherTo(kafka.brokers, `&compression=${compression}`);
    const cycles = exampleCycles(10, 2);
    for (const samples of cycles) await publisher.publish(samples, signal);
    await publisher.close();
    expectSamples(await kafka.records(topic), cycles.flat());
  });
}

test('A resource goes to the partition that the client of Kafka itself would choose', async () => {
  await using kafka = await startKafka();
  await kafka.createTopic(topic, 7);
  const publisher = publisherTo(kafka.brokers);
  const samples = Array.from({ length: 40 }, (_, index) => exampleSample({ resourceId: `r${index}`, id: `${index}` }));
  await publisher.publish(samples, signal);
  await publisher.close();
  const lines = samples.map(({ resourceId }) => `${resourceId}:theirs\n`).join('');
  const how = ['-X', 'topic.partitioner=murmur2'];
  await runCommand('kcat', ['-P', '-b', kafka.brokers.join(), '-t', topic, '-K:', ...how], { input: lines });
  const keys = Map.groupBy(await kafka.records(topic), ({ key }) => key);
  assert.equal(keys.size, samples.length);
  for (const records of keys.values()) {
    assert.equal(records.length, 2);
    assert.equal(records[0]?.partition, records[1]?.partition);
  }
});

test('A batch that is larger than what brokers take at once goes in pieces, in order', async () => {
  await using kafka = await startKafka();
  const publisher = publisherTo(kafka.brokers);
  const text = 'x'.repeat(50_000);
  const samples = Array.from({ length: 50 }, (_, index) =>
    exampleSample({ id: `id-${index}`, resourceId: `r${index % 3}`, resourceMetadata: { text } }),
  );
  assert.deepEqual(await publisher.publish(samples, signal), []);
  await publisher.close();
  expectSamples(await kafka.records(topic), samples);
});

test('Messages that the brokers find too large are refused, and the others of their partition arrive in order', async () => {
  await using kafka = await startKafka();
  const publisher = publisherTo(kafka.brokers);
  const samples = Array.from({ length: 8 }, (_, index) => exampleSample({ id: `id-${index}` }));
  // All eight, the first four, the first two of them, each of these: they are to blame.
  await kafka.failNext(produce, [tooLarge, tooLarge, tooLarge, tooLarge, tooLarge]);
  const refusals = await publisher.publish(samples, signal);
  assert.equal(refusals.length, 1);
  assert.equal(refusals[0]?.samples, 2);
  assert.match(
    refusals[0].reason,
    /^it is larger than the brokers take \(message\.max\.bytes\); for example a message of \d+ bytes for r1$/,
  );
  await publisher.close();
  expectSamples(await kafka.records(topic), samples.slice(2));
});

test('Calls that overlap deliver what each of them has', async () => {
  await using kafka = await startKafka(2);
  const publisher = publisherTo(kafka.brokers);
  const samples = exampleCycles(8, 3).flat();
  const parts = Map.groupBy(samples, ({ resourceId }) => resourceId);
  await Promise.all([...parts.values()].map((part) => publisher.publish(part, signal)));
  await publisher.close();
  expectSamples(await kafka.records(topic), samples);
});

test('Messages are those of the version that compat names', async () => {
  await using kafka = await startKafka();
  const publisher = publisherTo(kafka.brokers, '', { compat: '2015' });
  await publisher.publish([exampleSample()], signal);
  await publisher.close();
  const [record] = await kafka.records(topic);
  assert.equal(record?.payload, payloadOf(exampleSample(), '2015'));
});

test('A closed publisher refuses, and closing again is fine', async () => {
  await using kafka = await startKafka();
  const publisher = publisherTo(kafka.brokers);
  const reason = new Error('stop');
  await assert.rejects(publisher.publish([exampleSample()], AbortSignal.abort(reason)), reason);
  await publisher.publish([exampleSample()], signal);
  await publisher.close();
  await publisher.close();
  await assert.rejects(publisher.publish([exampleSample()], signal), { code: 'closed' });
});
