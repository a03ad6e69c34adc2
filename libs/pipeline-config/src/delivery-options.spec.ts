import assert from 'node:assert/strict';
import { test } from 'node:test';
import { completeDelivery, deliveryOptionNames, splitDelivery } from './delivery-options.ts';
import { parsePipeline } from './pipeline-config.ts';
import type { PipelinePublisher } from './pipeline-config.ts';
import { publisherName } from './publisher-name.ts';

test('The options of the delivery leave the URL, and all else in it stays as it was', () => {
  const url = 'http://h/p%20q?a=1&batch_size=20&b=%2F+x&queue_age=12h&&batch%5Fdelay=0#frag?x';
  assert.deepEqual(splitDelivery(url), {
    url: 'http://h/p%20q?a=1&b=%2F+x&#frag?x',
    delivery: { batchSize: 20, queueAgeMs: 43_200_000, batchDelayMs: 0 },
    problems: [],
  });
  assert.equal(splitDelivery('a://?queue=disk').url, 'a://');
  assert.equal(splitDelivery('a://x#?queue=disk').url, 'a://x#?queue=disk');
});

test('Each option has its units', () => {
  const read = (query: string): unknown => splitDelivery(`a://?${query}`).delivery;
  for (const [query, value] of [
    ['queue=memory', { queue: 'memory' }],
    ['queue_bytes=1.5GiB', { queueBytes: 1.5 * 2 ** 30 }],
    ['queue_bytes=70000', { queueBytes: 70_000 }],
    ['batch_bytes=64%20KiB', { batchBytes: 65_536 }],
    ['batch_delay=250ms', { batchDelayMs: 250 }],
    ['retry_delay=0.5', { retryDelayMs: 500 }],
    ['retry_max_delay=5m', { retryMaxDelayMs: 300_000 }],
    ['queue_age=30d', { queueAgeMs: 30 * 86_400_000 }],
    ['concurrency=8', { concurrency: 8 }],
    ['rate_limit=1000.5', { rateLimit: 1000.5 }],
  ] as const) {
    assert.deepEqual(read(query), value, query);
  }
});

test('What is not said is what fits the publisher, then what fits most', () => {
  const complete = completeDelivery({ batchSize: 7 }, { batchSize: 100, concurrency: 4, queue: 'memory' });
  assert.deepEqual([complete.batchSize, complete.concurrency, complete.queueBytes], [7, 4, 2 ** 25]);
  assert.deepEqual([completeDelivery().queue, completeDelivery().queueBytes], ['disk', 2 ** 30]);
  assert.equal(completeDelivery({ retryDelayMs: 120_000 }).retryMaxDelayMs, 120_000);
  assert.equal(Object.keys(completeDelivery()).length, deliveryOptionNames.length);
});

function publishersOf(list: string): readonly PipelinePublisher[] {
  const text = `{sources: [{name: a, meters: [cpu], sinks: [s]}], sinks: [{name: s, publishers: ${list}}]}`;
  const parsed = parsePipeline(text, { file: 'a.yaml' });
  assert.ok(parsed.ok, JSON.stringify(parsed));
  return parsed.value.sinks[0]?.publishers.map(({ url, delivery }) => ({ url, ...(delivery && { delivery }) })) ?? [];
}

test('A mapping means the same as the query of a URL', () => {
  assert.deepEqual(
    publishersOf('[{url: "http://h/x?a=1", batch_size: 5, verify_ssl: false, label: [x, "y z"]}, {url: gnocchi}]'),
    [{ url: 'http://h/x?a=1&verify_ssl=false&label=x&label=y+z', delivery: { batchSize: 5 } }, { url: 'gnocchi://' }],
  );
  assert.deepEqual(publishersOf('["gnocchi?concurrency=2"]'), [{ url: 'gnocchi://', delivery: { concurrency: 2 } }]);
});

test('A publisher is named without its secrets', () => {
  for (const [url, name] of [
    ['http://user:pa%3Ass@h:1/p?q=1', 'http://user:***@h:1/p?q=1'],
    ['nats://token@h', 'nats://***@h'],
    ['kafka://u:p@ss@h?topic=x', 'kafka://u:***@h?topic=x'],
    [
      'http://h?api_token=abc&bearer_token_file=/x&client_secret=y',
      'http://h?api_token=***&bearer_token_file=/x&client_secret=***',
    ],
    ['http://h?pass%77ord=x', 'http://h?pass%77ord=***'],
    ['file:///a?json', 'file:///a?json'],
    ['no url', 'no url'],
  ] as const) {
    assert.equal(publisherName(url), name);
  }
});
