import assert from 'node:assert/strict';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { test } from 'node:test';
import { formatTimestamp } from '@nephometer/sample';
import { startHttpSink, temporaryDirectory } from '@nephometer/test-kit';
import type { SinkReply } from '@nephometer/test-kit';
import { exampleCycles, exampleSample, exampleSettings } from '../example.ts';
import { decodeRequest } from './decode-request.ts';
import { parseRemoteWriteOptions } from './remotewrite-options.ts';
import { createRemoteWritePublisher, remoteWritePublisherFactory } from './remotewrite-publisher.ts';

const { signal } = new AbortController();

/** A receiver, and a publisher to it whose clock stands at `clock.nowMs`. Both go at the end. */
async function setUp({ query = '', user = '' } = {}) {
  const sink = await startHttpSink();
  const parsed = parseRemoteWriteOptions(`remotewrite://${user}127.0.0.1:${sink.port}${query}`);
  assert.ok(parsed.ok, parsed.ok ? '' : parsed.problems.join());
  const clock = { nowMs: 0 };
  const publisher = createRemoteWritePublisher(parsed.options, () => clock.nowMs);
  return {
    sink,
    clock,
    publisher,
    decoded: () => sink.requests.map(({ body }) => decodeRequest(body)),
    async [Symbol.asyncDispose]() {
      await publisher.close();
      await sink[Symbol.asyncDispose]();
    },
  };
}

const at = (seconds: number, resourceId: string) =>
  exampleSample({ resourceId, volume: seconds, timestamp: formatTimestamp(seconds * 1000) });

test('A request says what it is, and describes a family once', async () => {
  await using given = await setUp({ user: 'me:secret@', query: '/api/v1/push?headers=X-Scope-OrgID:team-a' });
  const { sink, publisher, decoded } = given;
  assert.deepEqual(await publisher.publish([at(1, 'a')], signal), []);
  await publisher.publish([at(2, 'a'), at(2, 'b')], signal);
  const [first, second] = sink.requests;
  assert.deepEqual([first?.method, first?.path], ['POST', '/api/v1/push']);
  const { headers = {} } = first ?? {};
  assert.equal(headers['content-type'], 'application/x-protobuf');
  assert.equal(headers['content-encoding'], 'snappy');
  assert.equal(headers['x-prometheus-remote-write-version'], '0.1.0');
  assert.match(headers['user-agent'] ?? '', /nephometer/);
  assert.equal(headers['x-scope-orgid'], 'team-a');
  assert.equal(headers.authorization, `Basic ${Buffer.from('me:secret').toString('base64')}`);
  assert.equal(second?.connection, first?.connection);
  assert.deepEqual(
    decoded().map(({ metadata }) => metadata.length),
    [1, 0],
  );
});

test('A token is read for each request, and never shown', async () => {
  await using directory = await temporaryDirectory();
  const file = join(directory.path, 'token');
  await using given = await setUp({ query: `?bearer_token_file=${file}` });
  const { sink, publisher } = given;
  await assert.rejects(publisher.publish([at(1, 'a')], signal), { code: 'bad_file', message: /token.*ENOENT/ });
  await writeFile(file, 'two words');
  await assert.rejects(publisher.publish([at(1, 'a')], signal), { code: 'bad_file', message: /has no token/ });
  await writeFile(file, 'first-token\n');
  sink.reply({ status: 401, body: 'who is first-token?' });
  await assert.rejects(publisher.publish([at(1, 'a')], signal), {
    code: 'unauthorized',
    isPermanent: false,
    message: /answered 401: "who is \*\*\*\?"/,
  });
  await writeFile(file, 'second-token\n');
  await publisher.publish([at(1, 'a')], signal);
  assert.deepEqual(
    sink.requests.map(({ headers }) => headers.authorization),
    ['Bearer first-token', 'Bearer second-token'],
  );
});

test('Relative paths begin where the configuration is', async () => {
  await using directory = await temporaryDirectory();
  await using sink = await startHttpSink();
  await writeFile(join(directory.path, 'token'), 'a-token');
  const url = `remotewrite://127.0.0.1:${sink.port}?bearer_token_file=token&headers=X-Key:open-sesame`;
  const settings = exampleSettings({ baseDirectory: directory.path });
  const publisher = remoteWritePublisherFactory.create(url, settings);
  sink.reply({ status: 503, body: 'what is open-sesame?' });
  await assert.rejects(publisher.publish([at(1, 'a')], signal), /answered 503: "what is \*\*\*\?"/);
  assert.equal(sink.requests[0]?.headers.authorization, 'Bearer a-token');
  await publisher.close();
});

test('Whatever says nothing about the samples passes, and the same batch arrives afterwards', async () => {
  await using given = await setUp({ user: 'me:secret@', query: '?timeout=0.3&max_retries=0' });
  const { sink, publisher, decoded } = given;
  const faults: readonly (readonly [SinkReply, object])[] = [
    [
      { status: 500, body: 'storage' },
      { code: 'target_failed', message: /500: "storage"/ },
    ],
    [
      { status: 503, headers: { 'Retry-After': '7' } },
      { code: 'target_failed', retryAfterMs: 7000 },
    ],
    [
      { status: 429, headers: { 'Retry-After': '2' } },
      { code: 'target_failed', retryAfterMs: 2000 },
    ],
    [{ status: 401, body: 'me:secret' }, { code: 'unauthorized' }],
    [{ status: 403 }, { code: 'unauthorized' }],
    [
      { status: 404, body: 'remote write receiver needs to be enabled' },
      { code: 'refused', message: /to be enabled/ },
    ],
    [{ status: 302, headers: { Location: '/elsewhere' } }, { code: 'refused' }],
    ['reset', { code: 'unreachable' }],
    ['garbage', { code: 'bad_answer' }],
    ['stall', { code: 'timeout' }],
  ];
  for (const [reply, error] of faults) {
    sink.reply(reply);
    await assert.rejects(publisher.publish([at(1, 'a')], signal), (thrown: Error) => {
      assert.partialDeepStrictEqual({ ...thrown, message: '' }, { ...error, message: '', isPermanent: false, done: 0 });
      assert.doesNotMatch(thrown.message, /secret/);
      assert.match(
        thrown.message,
        'message' in error ? (error.message as RegExp) : /^http:\/\/127\.0\.0\.1:\d+\/api\/v1\/write/,
      );
      return true;
    });
  }
  const before = sink.requests.length;
  await sink.stop();
  await assert.rejects(publisher.publish([at(1, 'a')], signal), { code: 'unreachable', isPermanent: false });
  await sink.start();
  assert.deepEqual(await publisher.publish([at(1, 'a')], signal), []);
  assert.equal(sink.requests.length, before + 1);
  assert.deepEqual(decoded().at(-1), decoded()[0]);
});

test('Of a request that is refused only the points are lost that are at fault', async () => {
  const isBad = (request: ReturnType<typeof decodeRequest>): boolean =>
    request.series.some(({ labels, points }) =>
      points.some(({ value }) => value === 3 && labels.some(([, text]) => text === 'guest-7')),
    );
  const stored: string[] = [];
  await using sink = await startHttpSink({
    respond({ body }) {
      const request = decodeRequest(body);
      if (isBad(request)) return { status: 400, body: 'out of order sample' };
      for (const { labels, points } of request.series) {
        const id = labels.find(([name]) => name === 'resource_id')?.[1];
        for (const { value } of points) stored.push(`${id} ${value}`);
      }
      return { status: 204 };
    },
  });
  const publisher = remoteWritePublisherFactory.create(`remotewrite://127.0.0.1:${sink.port}`, exampleSettings());
  const samples = Array.from({ length: 50 }, (_, index) =>
    exampleSample({
      name: 'x',
      type: 'gauge',
      unit: '',
      resourceId: `guest-${index % 10}`,
      volume: Math.floor(index / 10),
      timestamp: formatTimestamp(60_000 * index),
    }),
  );
  const refusals = await publisher.publish(samples, signal);
  assert.deepEqual(refusals, [
    { samples: 1, reason: `http://127.0.0.1:${sink.port}/api/v1/write answered 400: "out of order sample"` },
  ]);
  const wanted = samples
    .map(({ resourceId, volume }) => `${resourceId} ${volume}`)
    .filter((text) => text !== 'guest-7 3');
  assert.deepEqual([...stored].sort(), wanted.sort());
  assert.deepEqual(
    stored.filter((text) => text.startsWith('guest-7')),
    ['guest-7 0', 'guest-7 1', 'guest-7 2', 'guest-7 4'],
  );
  await publisher.close();
});

test('A receiver that refuses everything does not hold up the queue, and everything is counted', async () => {
  await using sink = await startHttpSink({ respond: () => ({ status: 422, body: 'no' }) });
  const publisher = remoteWritePublisherFactory.create(`remotewrite://127.0.0.1:${sink.port}`, exampleSettings());
  const [refusal, ...others] = await publisher.publish(exampleCycles(2, 2).flat(), signal);
  assert.deepEqual([refusal?.samples, others], [24, []]);
  assert.equal(sink.requests.length, 47);
  await publisher.close();
});

test('A series that vanishes is ended once, and what the receiver says to that concerns no sample', async () => {
  await using given = await setUp();
  const { sink, clock, publisher, decoded } = given;
  const publish = async (seconds: number, ...ids: readonly string[]): Promise<void> => {
    clock.nowMs = seconds * 1000;
    assert.deepEqual(
      await publisher.publish(
        ids.map((id) => at(seconds, id)),
        signal,
      ),
      [],
    );
  };
  await publish(60, 'a', 'b');
  await publish(120, 'a', 'b');
  await publish(180, 'a');
  await publish(240, 'a');
  assert.equal(sink.requests.length, 4);
  // The end cannot be told at first, nor is it accepted then.
  sink.reply({}, { status: 503 });
  await publish(300, 'a');
  sink.reply({}, { status: 400 });
  await publish(360, 'a');
  await publish(420, 'a');
  assert.equal(sink.requests.length, 9);
  for (const index of [5, 7]) {
    const [end, ...others] = decoded()[index]?.series ?? [];
    assert.deepEqual(others, []);
    assert.ok(end !== undefined);
    assert.deepEqual(end.labels[end.labels.length - 2], ['resource_id', 'b']);
    assert.deepEqual(
      end.points.map(({ timestampMs, bits }) => [timestampMs, bits]),
      [[180_000, 0x7ff0000000000002n]],
    );
  }
});

test('Ends that are refused are not asked for one by one', async () => {
  await using given = await setUp();
  const { sink, clock, publisher } = given;
  const ids = Array.from({ length: 1000 }, (_, index) => `r${index}`);
  await publisher.publish(
    ids.map((id) => at(60, id)),
    signal,
  );
  clock.nowMs = 9_999_000;
  sink.reply({}, ...Array.from({ length: 100 }, () => ({ status: 400, body: 'out of bounds' })));
  assert.deepEqual(await publisher.publish([at(9999, 'a')], signal), []);
  assert.equal(sink.requests.length, 2 + 31);
  await publisher.publish([at(10_000, 'a')], signal);
  assert.equal(sink.requests.length, 2 + 31 + 1);
});

test('A series that was never accepted is nobody’s to end', async () => {
  await using given = await setUp();
  const { sink, clock, publisher } = given;
  sink.reply({ status: 400, body: 'out of order sample' });
  assert.equal((await publisher.publish([at(60, 'of another writer')], signal)).length, 1);
  clock.nowMs = 9_999_000;
  await publisher.publish([at(9999, 'a')], signal);
  assert.equal(sink.requests.length, 2);
});

test('Samples that cannot be sent are refused without asking anybody', async () => {
  await using given = await setUp();
  const refusals = await given.publisher.publish([exampleSample({ volume: -1 })], signal);
  assert.deepEqual(refusals, [{ samples: 1, reason: 'the counter nephometer_cpu_seconds_total cannot be -1e-9' }]);
  assert.equal(given.sink.requests.length, 0);
});

test('An abort ends a request that is not answered', async () => {
  await using given = await setUp();
  const { sink, publisher } = given;
  sink.reply('stall');
  const controller = new AbortController();
  const reason = new Error('stop');
  const publishing = publisher.publish([at(1, 'a')], controller.signal);
  await sink.received(1);
  controller.abort(reason);
  await assert.rejects(publishing, reason);
  await assert.rejects(publisher.publish([at(1, 'a')], controller.signal), reason);
});

test('Closing is safe twice, and before anything was published', async () => {
  await using given = await setUp();
  await given.publisher.close();
  await given.publisher.close();
  await assert.rejects(given.publisher.publish([at(1, 'a')], signal), { code: 'closed' });
});
