import assert from 'node:assert/strict';
import { test } from 'node:test';
import { startHttpSink } from '@nephometer/test-kit';
import type { HttpSink } from '@nephometer/test-kit';
import { exampleCycles, exampleSample, exampleSettings } from '../example.ts';
import { recordedRequests } from '../recorded-requests.ts';
import { metricJson } from './metric-json.ts';
import { opentelemetryhttpPublisherFactory } from './opentelemetryhttp-publisher.ts';

const { signal } = new AbortController();

function publisherTo({ port }: HttpSink, query = '') {
  const url = `opentelemetryhttp://127.0.0.1:${port}/v1/metrics${query}`;
  assert.deepEqual(opentelemetryhttpPublisherFactory.validate(url), []);
  const publisher = opentelemetryhttpPublisherFactory.create(url, exampleSettings());
  return { ...publisher, [Symbol.asyncDispose]: () => publisher.close() };
}

const bodies = ({ requests }: HttpSink) => requests.map(({ body }) => body.toString());

test('Requests are those of Ceilometer, byte for byte', async () => {
  const { samples, requestsOf } = recordedRequests('head');
  await using sink = await startHttpSink();
  await using publisher = publisherTo(sink);
  assert.deepEqual(await publisher.publish(samples, signal), []);
  const recorded = requestsOf('opentelemetryhttp://o:4318/v1/metrics');
  assert.deepEqual(
    bodies(sink),
    recorded.map(({ body }) => body),
  );
  for (const { method, path, headers } of sink.requests) {
    assert.deepEqual([method, path, headers['content-type']], ['POST', '/v1/metrics', 'application/json']);
  }
});

test('Ten guests in five cycles arrive whole and in order', async () => {
  const cycles = exampleCycles(10, 5);
  await using sink = await startHttpSink();
  await using publisher = publisherTo(sink);
  for (const samples of cycles) assert.deepEqual(await publisher.publish(samples, signal), []);
  assert.deepEqual(bodies(sink), cycles.flat().map(metricJson));
  assert.equal(sink.connections, 1);
});

test('Time is in seconds, of UTC unless the timestamp says otherwise', () => {
  const timeOf = (timestamp: string) =>
    /"time_unix_nano": (\d+)/.exec(metricJson(exampleSample({ timestamp })) ?? '')?.[1];
  assert.equal(timeOf('2026-01-02T03:04:05'), '1767323045');
  assert.equal(timeOf('2026-01-02T03:04:05.999999'), '1767323045');
  assert.equal(timeOf('2026-01-02T03:04:05.5+00:00'), '1767323045');
  assert.equal(timeOf('2026-01-02T05:04:05+02:00'), '1767323045');
});

test('Whatever is in a sample, the body is JSON', () => {
  const odd = 'a"\\\u0000é🖥';
  const json = metricJson(exampleSample({ name: odd, unit: odd, resourceId: odd, userId: null, volume: Infinity }));
  const found = JSON.stringify(JSON.parse(json ?? ''));
  assert.ok(found.includes('"as_double":null') && found.includes('{"string_value":null}'));
});

test('A sample whose timestamp is none is refused, the others go', async () => {
  await using sink = await startHttpSink();
  await using publisher = publisherTo(sink);
  const samples = ['yesterday', '2026-13-02T03:04:05', '2026-01-02T03:04:05'].map((timestamp) =>
    exampleSample({ timestamp }),
  );
  assert.deepEqual(await publisher.publish(samples, signal), [
    { samples: 1, reason: '"yesterday" is not a timestamp' },
    { samples: 1, reason: '"2026-13-02T03:04:05" is not a timestamp' },
  ]);
  assert.equal(sink.requests.length, 1);
});

test('What went before a failure is done, what is refused is counted', async () => {
  await using sink = await startHttpSink();
  await using publisher = publisherTo(sink, '?max_retries=0&batch=true');
  const samples = [1, 2, 3].map((volume) => exampleSample({ volume }));
  sink.reply({}, { status: 429, headers: { 'Retry-After': '2' } });
  await assert.rejects(publisher.publish(samples, signal), { code: 'target_failed', done: 1, retryAfterMs: 2000 });
  sink.reply({}, { status: 400, body: 'no' });
  const reason = `${sink.origin}/v1/metrics answered 400: "no"`;
  assert.deepEqual(await publisher.publish(samples, signal), [{ samples: 1, reason }]);
  await sink.stop();
  await assert.rejects(publisher.publish(samples, signal), { code: 'unreachable', done: 0 });
});

test('A wrong URL is told, and ssl means https', async () => {
  assert.match(opentelemetryhttpPublisherFactory.validate('opentelemetryhttp://?ssl=2').join(), /ssl is "2".*no host/);
  assert.throws(() => opentelemetryhttpPublisherFactory.create('opentelemetryhttp://', exampleSettings()), {
    code: 'bad_url',
  });
  await using sink = await startHttpSink();
  await using publisher = publisherTo(sink, '?ssl=1');
  await assert.rejects(publisher.publish([exampleSample()], signal), { code: 'unreachable', message: /^https:.*TLS/ });
});
