import assert from 'node:assert/strict';
import { getEventListeners } from 'node:events';
import { readFile } from 'node:fs/promises';
import { test } from 'node:test';
import type { Publisher } from '@nephometer/plugin';
import type { Sample } from '@nephometer/sample';
import { createCertificates, startOtlpSink, temporaryDirectory } from '@nephometer/test-kit';
import type { OtlpPoint, OtlpSink } from '@nephometer/test-kit';
import packageJson from '../../package.json' with { type: 'json' };
import { exampleCycles, exampleSample, exampleSettings } from '../example.ts';
import { otlpPublisherFactory, otlpsPublisherFactory } from './otlp-publisher.ts';

const { signal } = new AbortController();
const protocols = ['grpc', 'http'] as const;

function urlOf(sink: OtlpSink, protocol: 'grpc' | 'http', options = ''): string {
  const port = protocol === 'grpc' ? sink.grpcPort : sink.http.port;
  return `://127.0.0.1:${port}?protocol=${protocol}${options}`;
}

function publisherOf(sink: OtlpSink, protocol: 'grpc' | 'http', options = '', settings = exampleSettings()): Publisher {
  return otlpPublisherFactory.create(`otlp${urlOf(sink, protocol, options)}`, settings);
}

/** As text, in nanoseconds: when a cycle of `exampleCycles` was read. */
function timeOf(cycle: number): string {
  return String(BigInt(Date.UTC(2026, 0, 2, 3, 4) + cycle * 60_000) * 1_000_000n + 500_000n);
}

/** What a sample of `exampleCycles` must have become, for a publisher whose first cycle was `first`. */
function expectedPoint(sample: Sample, cycle: number, first: number): Partial<OtlpPoint> {
  const start = { cumulative: first, delta: Math.max(cycle - 1, first), gauge: undefined }[sample.type];
  const instance = /^guest-\d+/.exec(sample.resourceId)?.[0];
  return {
    name: sample.name,
    kind: sample.type === 'gauge' ? 'gauge' : 'sum',
    ...(sample.type === 'cumulative' && { temporality: 2, isMonotonic: true }),
    ...(sample.type === 'delta' && { temporality: 1 }),
    attributes: sample.resourceId === instance ? {} : { 'nephometer.resource.id': sample.resourceId },
    ...(start !== undefined && { start: timeOf(start) }),
    time: timeOf(cycle),
    ...(sample.isFloat || !Number.isInteger(sample.volume)
      ? { asDouble: sample.volume }
      : { asInt: String(sample.volume) }),
  };
}

const units: Readonly<Record<string, string | undefined>> = {
  ns: 'ns',
  '%': '%',
  MiB: 'MiBy',
  B: 'By',
  packet: '{packet}',
  '': undefined,
};

/** All points of the sink are all samples, and nothing else. */
function assertPublished(
  points: readonly OtlpPoint[],
  cycles: readonly (readonly Sample[])[],
  firstOf: readonly number[],
): void {
  const found = new Map(points.map((point) => [keyOf(point.resource['host.id'], point), point]));
  assert.equal(found.size, points.length);
  for (const [cycle, samples] of cycles.entries()) {
    for (const sample of samples) {
      const expected = expectedPoint(sample, cycle, firstOf[cycle] ?? 0);
      const point = found.get(keyOf(sample.resourceMetadata['instance_id'], expected));
      assert.ok(point, `${sample.name} of ${sample.resourceId} in cycle ${cycle}`);
      const { resource, scope, unit, ...rest } = point;
      assert.deepEqual(rest, expected);
      assert.equal(unit, units[sample.unit]);
      assert.equal(resource['host.name'], sample.resourceMetadata['display_name']);
      assert.equal(resource['host.type'], 'm1.tiny');
      assert.equal(resource['cloud.account.id'], sample.projectId ?? undefined);
      assert.deepEqual(scope, { name: 'nephometer', version: packageJson.version });
    }
  }
  assert.equal(points.length, cycles.flat().length);
}

function keyOf(host: unknown, point: Partial<OtlpPoint>): string {
  return JSON.stringify([host, point.attributes, point.name, point.time]);
}

for (const protocol of protocols) {
  test(`${protocol}: samples of ten guests for five cycles arrive, each as what it is`, async () => {
    await using sink = await startOtlpSink();
    const publisher = publisherOf(sink, protocol);
    const cycles = exampleCycles(10, 5);
    for (const cycle of cycles) assert.deepEqual(await publisher.publish(cycle, signal), []);
    assertPublished(sink.points, cycles, [0, 0, 0, 0, 0]);
    assert.deepEqual(
      sink.requests.map(({ transport, resources }) => [transport, resources]),
      cycles.map(() => [protocol, 10]),
    );
    await publisher.close();
    assert.equal(getEventListeners(signal, 'abort').length, 0);
  });

  test(`${protocol}: all cycles in one batch are the same points`, async () => {
    await using sink = await startOtlpSink();
    const publisher = publisherOf(sink, protocol, '&compression=none');
    const cycles = exampleCycles(10, 5);
    await publisher.publish(cycles.flat(), signal);
    assertPublished(sink.points, cycles, [0, 0, 0, 0, 0]);
    assert.equal(sink.requests[0]?.resources, 10);
    await publisher.close();
  });

  test(`${protocol}: after a restart in the middle totals begin anew, without growth`, async () => {
    await using sink = await startOtlpSink();
    const cycles = exampleCycles(10, 5);
    const before = publisherOf(sink, protocol);
    for (const cycle of cycles.slice(0, 3)) await before.publish(cycle, signal);
    await before.close();
    const after = publisherOf(sink, protocol);
    for (const cycle of cycles.slice(3)) await after.publish(cycle, signal);
    await after.close();
    assertPublished(sink.points, cycles, [0, 0, 0, 3, 3]);
  });

  test(`${protocol}: over TLS, with certificates of both sides`, async () => {
    await using directory = await temporaryDirectory();
    const path = await createCertificates(directory.path, { server: 'DNS:localhost', client: 'DNS:client' });
    const [cert, key, clientCa] = await Promise.all(
      ['server.pem', 'server.key', 'ca.pem'].map((file) => readFile(path(file), 'utf8')),
    );
    await using sink = await startOtlpSink({ tls: { cert: cert ?? '', key: key ?? '', clientCa: clientCa ?? '' } });
    const publish = async (options: string): Promise<void> => {
      const url = `otlps${urlOf(sink, protocol).replace('127.0.0.1', 'localhost')}&timeout=20${options}`;
      const publisher = otlpsPublisherFactory.create(url, exampleSettings({ baseDirectory: directory.path }));
      await publisher.publish([exampleSample()], signal).finally(() => publisher.close());
    };
    const client = `&clientcert=${path('client.pem')}&clientkey=${path('client.key')}`;
    await publish(`&verify_ssl=${path('ca.pem')}${client}`);
    await publish('&verify_ssl=false&clientcert=client.pem&clientkey=client.key');
    assert.equal(sink.points.length, 2);
    await assert.rejects(publish(client), { code: 'untrusted', isPermanent: false, message: /verify_ssl/ });
    await assert.rejects(publish(`&verify_ssl=${path('ca.pem')}`), { isPermanent: false });
    await assert.rejects(publish(`&verify_ssl=${path('none.pem')}${client}`), {
      code: 'bad_file',
      message: /none\.pem/,
    });
    assert.equal(sink.points.length, 2);
  });

  test(`${protocol}: what the receiver rejects is refused, with its words and without our secrets`, async () => {
    await using sink = await startOtlpSink();
    const warnings: string[] = [];
    const settings = exampleSettings({ warn: (message) => void warnings.push(message) });
    const publisher = publisherOf(sink, protocol, '&header=x-token:sesame-open', settings);
    const answer = (rejected: number, message: string): void => {
      const body = sink.partialSuccess(rejected, message);
      sink.reply(body);
      sink.http.reply({ headers: { 'content-type': 'application/x-protobuf' }, body });
    };
    const port = protocol === 'grpc' ? sink.grpcPort : `${sink.http.port}/v1/metrics`;
    const samples = exampleCycles(2, 1).flat();
    answer(3, 'too old\n(sesame-open)');
    assert.deepEqual(await publisher.publish(samples, signal), [
      { samples: 3, reason: `otlp://127.0.0.1:${port} rejected data points: "too old (***)"` },
    ]);
    answer(1000, '');
    assert.deepEqual(await publisher.publish(samples, signal), [
      { samples: samples.length, reason: `otlp://127.0.0.1:${port} rejected data points` },
    ]);
    for (const warning of ['old sesame-open', 'old sesame-open', 'deprecated']) {
      answer(0, warning);
      assert.deepEqual(await publisher.publish(samples, signal), []);
    }
    assert.deepEqual(
      warnings.map((warning) => warning.replace(/^.*took all data points, but says: /, '')),
      ['"old ***"', '"deprecated"'],
    );
    await publisher.close();
  });
}

test('Headers and credentials are sent', async () => {
  await using sink = await startOtlpSink();
  for (const protocol of protocols) {
    const url = `otlp${urlOf(sink, protocol, '&header=X-Scope-OrgID:tenant%201')}`.replace('//', '//ann:secret@');
    const publisher = otlpPublisherFactory.create(url, exampleSettings());
    await publisher.publish([exampleSample()], signal);
    await publisher.close();
  }
  for (const { headers } of sink.requests) {
    assert.equal(headers['x-scope-orgid'], 'tenant 1');
    assert.equal(headers['authorization'], `Basic ${btoa('ann:secret')}`);
    assert.match(String(headers['user-agent']), /^nephometer\/\d/);
  }
  assert.equal(sink.requests.length, 2);
});

test('A counter that begins anew counts since the reading before, also when the batch comes twice', async () => {
  await using sink = await startOtlpSink();
  const publisher = publisherOf(sink, 'http');
  const read = (minute: number, volume: number): Sample =>
    exampleSample({ volume, timestamp: `2026-01-02T03:0${minute}:00` });
  await publisher.publish([read(0, 5), read(1, 9)], signal);
  sink.http.reply({ status: 503 });
  await assert.rejects(publisher.publish([read(2, 12), read(3, 4)], signal), { isPermanent: false });
  await publisher.publish([read(2, 12), read(3, 4)], signal);
  const minutes = (text = ''): number => new Date(Number(BigInt(text) / 1_000_000n)).getUTCMinutes();
  assert.deepEqual(
    sink.points.map(({ start, time }) => [minutes(start), minutes(time)]),
    [
      [0, 0],
      [0, 1],
      [0, 2],
      [2, 3],
    ],
  );
  await publisher.close();
});

test('Numbers keep their kind and every digit there is', async () => {
  await using sink = await startOtlpSink();
  const publisher = publisherOf(sink, 'grpc');
  const volumes = [0, -1, 2 ** 53, 2 ** 62, 2 ** 63, -(2 ** 63), 1e300, 0.1, -0.5, NaN, Infinity];
  const samples = volumes.map((volume, index) => exampleSample({ name: `m${index}`, type: 'gauge', volume }));
  await publisher.publish(
    [...samples, exampleSample({ name: 'float', type: 'gauge', volume: 512, isFloat: true })],
    signal,
  );
  assert.deepEqual(
    sink.points.map(({ asInt, asDouble }) => asInt ?? asDouble),
    ['0', '-1', String(2n ** 53n), String(2n ** 62n), 2 ** 63, -(2 ** 63), 1e300, 0.1, -0.5, NaN, Infinity, 512],
  );
  await publisher.close();
});

test('Samples without a readable time are refused, the others arrive', async () => {
  await using sink = await startOtlpSink();
  const publisher = publisherOf(sink, 'grpc');
  const wrong = ['yesterday', '9999-12-31T23:59:59'].map((timestamp) => exampleSample({ timestamp }));
  const refusals = wrong.map(({ timestamp }) => {
    return { samples: 1, reason: `the timestamp "${timestamp}" is none from 1970 to 2255` };
  });
  assert.deepEqual(await publisher.publish([...wrong, exampleSample()], signal), refusals);
  assert.equal(sink.points.length, 1);
  assert.deepEqual(await publisher.publish(wrong, signal), refusals);
  assert.equal(sink.requests.length, 1);
  await publisher.close();
});

test('One meter under several units and types is several metrics', async () => {
  await using sink = await startOtlpSink();
  const publisher = publisherOf(sink, 'http');
  const kinds = [
    { type: 'cumulative', unit: 'B' },
    { type: 'gauge', unit: 'B' },
    { type: 'gauge', unit: 'KB' },
    { type: 'cumulative', unit: 'B' },
  ] as const;
  await publisher.publish(
    kinds.map((kind, volume) => exampleSample({ ...kind, volume })),
    signal,
  );
  assert.deepEqual(
    sink.points.map(({ kind, unit, asInt }) => [kind, unit, asInt]),
    [
      ['sum', 'By', '0'],
      ['sum', 'By', '3'],
      ['gauge', 'By', '1'],
      ['gauge', 'KiBy', '2'],
    ],
  );
  await publisher.close();
});

test('A publisher that is closed publishes nothing, and one that is aborted says so', async () => {
  await using sink = await startOtlpSink();
  for (const protocol of protocols) {
    const publisher = publisherOf(sink, protocol);
    const reason = new Error('stop');
    await assert.rejects(publisher.publish([exampleSample()], AbortSignal.abort(reason)), reason);
    await publisher.close();
    await publisher.close();
    await assert.rejects(publisher.publish([exampleSample()], signal), { code: 'closed' });
  }
  assert.equal(sink.requests.length, 0);
});

test('A wrong URL makes no publisher', () => {
  assert.equal(otlpPublisherFactory.validate('otlp://c/x?a').length, 2);
  assert.deepEqual(otlpsPublisherFactory.validate('otlps://c'), []);
  assert.throws(
    () => otlpPublisherFactory.create('otlp://ann:secret@c/x', exampleSettings()),
    (error: Error) => {
      return 'code' in error && error.code === 'bad_url' && !error.message.includes('secret');
    },
  );
});
