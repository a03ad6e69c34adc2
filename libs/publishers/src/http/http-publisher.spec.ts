import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { test } from 'node:test';
import type { Publisher } from '@nephometer/plugin';
import { sampleToJson } from '@nephometer/sample';
import type { Sample } from '@nephometer/sample';
import { createCertificates, startHttpSink, temporaryDirectory } from '@nephometer/test-kit';
import type { HttpSink } from '@nephometer/test-kit';
import { exampleCycles, exampleSample, exampleSettings } from '../example.ts';
import type { PythonSample } from '../example.ts';
import { httpPublisherFactory, httpsPublisherFactory } from './http-publisher.ts';
import { recordedRequests } from '../recorded-requests.ts';

const { signal } = new AbortController();
const three = [1, 2, 3].map((volume) => exampleSample({ volume }));

/** A publisher to a sink; `after` is what follows its port. */
function publisherTo(sink: HttpSink, after = '/samples', compat: 'head' | '19.0.0' | '2015' = 'head') {
  const url = `http://127.0.0.1:${sink.port}${after}`;
  assert.deepEqual(httpPublisherFactory.validate(url), []);
  return disposable(httpPublisherFactory.create(url, exampleSettings({ compat })));
}

function disposable(publisher: Publisher): Publisher & AsyncDisposable {
  return { ...publisher, [Symbol.asyncDispose]: () => publisher.close() };
}

const bodies = ({ requests }: HttpSink): readonly string[] => requests.map(({ body }) => body.toString());

/** The volumes of the samples of each request. */
const volumes = (sink: HttpSink): readonly (readonly number[])[] =>
  bodies(sink).map((body) => (JSON.parse(body) as readonly PythonSample[]).map(({ volume }) => volume));

for (const compat of ['head', '19.0.0'] as const) {
  test(`A request is that of Ceilometer, byte for byte: ${compat}`, async () => {
    const { samples, requestsOf } = recordedRequests(compat);
    const { length: count } = JSON.parse(requestsOf('http://h:80/path?timeout=1&max_retries=2')[0]?.body ?? '[]') as [];
    await using sink = await startHttpSink();
    await using whole = publisherTo(sink, '/path?timeout=10&max_retries=2', compat);
    assert.deepEqual(await whole.publish(samples.slice(0, count), signal), []);
    const expected = requestsOf('http://h:80/path?timeout=1&max_retries=2').map(({ body }) => body);
    assert.deepEqual(bodies(sink), expected);
    assert.deepEqual([sink.requests[0]?.method, sink.requests[0]?.path], ['POST', '/path']);
    assert.equal(sink.requests[0]?.headers['content-type'], 'application/json');
  });
}

test('Without batch each sample has its request, in order', async () => {
  const { samples, requestsOf } = recordedRequests('head');
  const recorded = requestsOf('http://h/p?batch=False&q=foo');
  await using sink = await startHttpSink();
  await using single = publisherTo(sink, '/p?batch=False&q=foo');
  await single.publish(samples.slice(0, recorded.length), signal);
  assert.deepEqual(
    sink.requests.map(({ path, body }) => [path, body.toString()]),
    recorded.map(({ POST, body }) => [POST.replace('http://h', ''), body]),
  );
});

test('The fields are those of the version', async () => {
  await using sink = await startHttpSink();
  for (const compat of ['2015', '19.0.0', 'head'] as const) {
    await using publisher = publisherTo(sink, '/', compat);
    await publisher.publish([exampleSample({ volume: NaN, projectId: null, monotonicTime: null })], signal);
  }
  const fields = bodies(sink).map((body) =>
    (JSON.parse(body) as readonly object[]).map((sample) => Object.keys(sample)),
  );
  const common = ['name', 'type', 'unit', 'volume', 'user_id', 'project_id', 'resource_id', 'timestamp'];
  assert.deepEqual(fields[0]?.[0], [...common, 'resource_metadata', 'source', 'id']);
  assert.deepEqual(fields[1]?.[0], [...common, 'resource_metadata', 'source', 'id', 'monotonic_time']);
  assert.equal(fields[2]?.[0]?.length, 14);
  for (const body of bodies(sink)) assert.match(body, /"volume": null, .*"project_id": null/);
});

test('Ten guests in five cycles arrive whole and in order', async () => {
  const cycles = exampleCycles(10, 5);
  await using sink = await startHttpSink();
  await using publisher = publisherTo(sink);
  for (const samples of cycles) assert.deepEqual(await publisher.publish(samples, signal), []);
  assert.deepEqual(
    bodies(sink),
    cycles.map((samples) => `[${samples.map(sampleToJson).join(', ')}]`),
  );
  assert.equal(sink.connections, 1);
});

test('User and password go as basic authentication, the rest of the query to the server', async () => {
  await using sink = await startHttpSink();
  const url = `http://us%40er:p%3aw%@127.0.0.1:${sink.port}/a%20b c?q=x%20y&timeout=9&q=*&empty=&z=%C3%BC#part`;
  await using publisher = disposable(httpPublisherFactory.create(url, exampleSettings()));
  await publisher.publish(three, signal);
  assert.equal(sink.requests[0]?.path, '/a%20b%20c?q=x+y&q=%2A&z=%C3%BC');
  assert.equal(
    Buffer.from(sink.requests[0].headers.authorization?.replace('Basic ', '') ?? '', 'base64').toString(),
    // Not all of the password is encoded, so it is taken as it stands.
    'us@er:p%3aw%',
  );
});

test('With TLS, a client certificate is shown', async () => {
  await using directory = await temporaryDirectory();
  const path = await createCertificates(directory.path, { server: 'IP:127.0.0.1', client: 'DNS:client' });
  const read = (file: string): string => readFileSync(path(file), 'utf8');
  const tls = { cert: read('server.pem'), key: read('server.key'), clientCa: read('ca.pem') };
  await using sink = await startHttpSink({ tls });
  const settings = exampleSettings({ baseDirectory: directory.path });
  const publisherWith = (query: string) =>
    disposable(httpsPublisherFactory.create(`${sink.origin}/samples?${query}`, settings));
  const identity = `clientcert=${path('client.pem')}&clientkey=client.key`;
  for (const verification of ['ca.pem', 'False']) {
    await using publisher = publisherWith(`verify_ssl=${verification}&${identity}`);
    await publisher.publish(three, signal);
  }
  assert.deepEqual(volumes(sink), [
    [1, 2, 3],
    [1, 2, 3],
  ]);
  assert.equal(sink.requests[0]?.path, '/samples');
  await using distrusting = publisherWith(identity);
  await assert.rejects(distrusting.publish(three, signal), { code: 'untrusted', isPermanent: false });
  await using unknown = publisherWith(`verify_ssl=${path('ca.pem')}`);
  await assert.rejects(unknown.publish(three, signal), { code: 'unauthorized', isPermanent: false });
});

test('A server that is away, goes away and comes back gets every sample', async () => {
  await using sink = await startHttpSink();
  await sink.stop();
  await using publisher = publisherTo(sink);
  await assert.rejects(publisher.publish(three, signal), { code: 'unreachable', isPermanent: false, done: 0 });
  await sink.start();
  await publisher.publish(three, signal);
  await sink.stop();
  await assert.rejects(publisher.publish(three, signal), { code: 'unreachable' });
  await sink.start();
  await publisher.publish(three, signal);
  assert.equal(sink.requests.length, 2);

  sink.reply('stall');
  const broken = assert.rejects(publisher.publish(three, signal), { code: 'unreachable', isPermanent: false, done: 0 });
  await sink.received(3);
  await sink.stop();
  await broken;
  await sink.start();
  await publisher.publish(three, signal);
  assert.deepEqual(new Set(bodies(sink)).size, 1);
});

test('A busy server says when to come back, and one that fails is asked again', async () => {
  await using sink = await startHttpSink();
  await using publisher = publisherTo(sink, '/samples?token=secret');
  sink.reply({ status: 429, headers: { 'Retry-After': '7' }, body: 'slow down' }, { status: 500 });
  await assert.rejects(publisher.publish(three, signal), {
    code: 'target_failed',
    isPermanent: false,
    retryAfterMs: 7000,
    message: `${sink.origin}/samples answered 429: "slow down"`,
  });
  await assert.rejects(publisher.publish(three, signal), { code: 'target_failed', isPermanent: false });
  await publisher.publish(three, signal);
});

test('What may be mended passes, what the samples are blamed for is refused with the words of the server', async () => {
  await using sink = await startHttpSink();
  await using publisher = publisherTo(sink);
  for (const status of [301, 401, 403, 404]) {
    sink.reply({ status });
    await assert.rejects(publisher.publish(three, signal), { isPermanent: false });
  }
  sink.reply({ status: 400, body: '<h1>no such meter</h1>' });
  assert.deepEqual(await publisher.publish(three, signal), [
    { samples: 3, reason: `${sink.origin}/samples answered 400: "no such meter"` },
  ]);
});

test('A silent server, a connection that breaks and an abort end the call', async () => {
  await using sink = await startHttpSink();
  await using publisher = publisherTo(sink, '/samples?timeout=0.05&max_retries=0');
  sink.reply('stall', 'half');
  for (let turn = 0; turn < 2; turn++) await assert.rejects(publisher.publish(three, signal), { code: 'timeout' });
  sink.reply('reset');
  await assert.rejects(publisher.publish(three, signal), { code: 'unreachable' });

  await using patient = publisherTo(sink);
  const controller = new AbortController();
  const before = sink.requests.length;
  sink.reply('stall');
  const published = patient.publish(three, controller.signal);
  await sink.received(before + 1);
  controller.abort(new Error('enough'));
  await assert.rejects(published, /^Error: enough$/);
  await assert.rejects(patient.publish(three, controller.signal), /^Error: enough$/);
});

test('Of single requests those before a failure are done, and one that is refused does not keep the others', async () => {
  await using sink = await startHttpSink();
  await using publisher = publisherTo(sink, '/?batch=0&max_retries=0');
  sink.reply({}, {}, { status: 503, headers: { 'Retry-After': '1' } });
  await assert.rejects(publisher.publish(three, signal), { done: 2, retryAfterMs: 1000 });
  sink.reply({}, { status: 422, body: 'bad' });
  const reason = `${sink.origin}/ answered 422: "bad"`;
  assert.deepEqual(await publisher.publish(three, signal), [{ samples: 1, reason }]);
  // What was refused is told when the whole batch is through; until then it counts as not done.
  sink.reply({}, { status: 422 }, 'hang_up');
  await assert.rejects(publisher.publish(three, signal), { code: 'unreachable', done: 1 });
  assert.equal(sink.requests.length, 9);
});

test('A batch that is too large goes in halves, and a single sample that is too large is refused', async () => {
  const tooLarge = { status: 413, body: 'too large' };
  const sizes = ({ body }: { readonly body: Buffer }) =>
    (JSON.parse(body.toString()) as readonly PythonSample[]).length;
  await using sink = await startHttpSink({ respond: (request) => (sizes(request) > 2 ? tooLarge : {}) });
  await using publisher = publisherTo(sink);
  const seven = Array.from({ length: 7 }, (_, volume) => exampleSample({ volume }));
  assert.deepEqual(await publisher.publish(seven, signal), []);
  const taken = (list: readonly (readonly number[])[]) => list.filter(({ length }) => length <= 2).flat();
  assert.deepEqual(taken(volumes(sink)), [0, 1, 2, 3, 4, 5, 6]);

  await using strict = await startHttpSink({
    respond: ({ body }) => (body.includes('"volume": 4,') ? tooLarge : {}),
  });
  await using other = publisherTo(strict);
  assert.deepEqual(await other.publish(seven, signal), [
    { samples: 1, reason: `${strict.origin}/samples answered 413: "too large"` },
  ]);

  await using failing = await startHttpSink({
    respond: (request) =>
      sizes(request) > 2 ? tooLarge : request.body.includes('"volume": 4,') ? { status: 500 } : {},
  });
  await using last = publisherTo(failing);
  await assert.rejects(last.publish(seven, signal), { code: 'target_failed', done: 4 });
});

test('A closed publisher refuses, and closing twice is fine', async () => {
  await using sink = await startHttpSink();
  const publisher = publisherTo(sink);
  await publisher.publish(three, signal);
  await Promise.all([publisher.close(), publisher.close()]);
  await assert.rejects(publisher.publish(three, signal), { code: 'closed' });
});

test('Many samples at once are one request', async () => {
  await using sink = await startHttpSink();
  await using publisher = publisherTo(sink);
  const many: readonly Sample[] = Array.from({ length: 20_000 }, (_, volume) => exampleSample({ volume }));
  await publisher.publish(many, signal);
  assert.deepEqual(volumes(sink), [many.map(({ volume }) => volume)]);
});
