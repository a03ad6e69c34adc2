import assert from 'node:assert/strict';
import { test } from 'node:test';
import { gunzipSync } from 'node:zlib';
import { startHttpSink } from '@nephometer/test-kit';
import type { HttpSink, SinkReply } from '@nephometer/test-kit';
import type { PublisherErrorCode } from '../publisher-error.ts';
import { PublisherError } from '../publisher-error.ts';
import type { Exporter } from './exporter.ts';
import { createHttpExporter } from './http-exporter.ts';
import { parseOtlpOptions } from './otlp-options.ts';

const { signal } = new AbortController();
const request = Buffer.from('a request'.repeat(100));
const protobuf = { 'content-type': 'application/x-protobuf' };

function exporterTo(sink: HttpSink, options = ''): Exporter {
  const parsed = parseOtlpOptions(`otlp://127.0.0.1:${sink.port}/take/it?protocol=http&${options}`);
  if (!parsed.ok) assert.fail(parsed.problems.join());
  return createHttpExporter(parsed.options, { version: '1.2.3' });
}

test('A request is posted to the path as binary protobuf, compressed or not', async () => {
  await using sink = await startHttpSink();
  for (const compression of ['gzip', 'none']) {
    const exporter = exporterTo(sink, `compression=${compression}&header=x-a:b`);
    assert.deepEqual(await exporter.send(request, signal), { rejected: 0, message: '' });
    await exporter.close();
  }
  assert.deepEqual(
    sink.requests.map(({ method, path, headers, body }) => [
      method,
      path,
      headers['content-type'],
      headers['content-encoding'],
      headers['user-agent'],
      headers['x-a'],
      (headers['content-encoding'] === 'gzip' ? gunzipSync(body) : body).equals(request),
    ]),
    [
      ['POST', '/take/it', 'application/x-protobuf', 'gzip', 'nephometer/1.2.3', 'b', true],
      ['POST', '/take/it', 'application/x-protobuf', undefined, 'nephometer/1.2.3', 'b', true],
    ],
  );
});

test('Each status passes or is permanent as the specification says, unless it blames no sample', async () => {
  const table: readonly [number, PublisherErrorCode, boolean][] = [
    [400, 'refused', true],
    [401, 'unauthorized', false],
    [403, 'unauthorized', false],
    [404, 'refused', false],
    [405, 'refused', true],
    [408, 'target_failed', false],
    [413, 'refused', true],
    [415, 'refused', true],
    [422, 'refused', true],
    [429, 'target_failed', false],
    [500, 'refused', true],
    [501, 'refused', true],
    [502, 'target_failed', false],
    [503, 'target_failed', false],
    [504, 'target_failed', false],
    [302, 'bad_answer', false],
  ];
  await using sink = await startHttpSink();
  const exporter = exporterTo(sink);
  for (const [status, expected, isPermanent] of table) {
    sink.reply({ status, body: 'no' });
    await assert.rejects(exporter.send(request, signal), (error: unknown) => {
      assert.ok(error instanceof PublisherError);
      assert.deepEqual([status, error.code, error.isPermanent], [status, expected, isPermanent]);
      return true;
    });
  }
  await exporter.close();
});

test('A receiver that says when to come again is obeyed, and its words are quoted', async () => {
  await using sink = await startHttpSink();
  const exporter = exporterTo(sink, 'header=x-token:sesame-open');
  const status = Buffer.concat([Buffer.from([0x08, 3, 0x12, 18]), Buffer.from('busy (sesame-open)')]);
  sink.reply({ status: 429, headers: { ...protobuf, 'retry-after': '7' }, body: status });
  await assert.rejects(exporter.send(request, signal), {
    retryAfterMs: 7000,
    message: `http://127.0.0.1:${sink.port}/take/it answered 429: "busy (***)"`,
  });
  sink.reply({ status: 400, headers: protobuf, body: status });
  await assert.rejects(exporter.send(request, signal), {
    isPermanent: true,
    message: /answered 400: "busy \(\*{3}\)"/,
  });
  sink.reply({ status: 500, headers: protobuf, body: '<html>' });
  await assert.rejects(exporter.send(request, signal), { isPermanent: true, message: /answered 500$/ });
  await exporter.close();
});

test('An answer in JSON counts, one that is no answer of OTLP does not', async () => {
  await using sink = await startHttpSink();
  const exporter = exporterTo(sink);
  const json = { 'content-type': 'application/json; charset=utf-8' };
  const answer = (headers: Record<string, string>, body: string): void => sink.reply({ headers, body });
  answer(json, '{"partialSuccess":{"rejectedDataPoints":"2","errorMessage":"old"}}');
  assert.deepEqual(await exporter.send(request, signal), { rejected: 2, message: 'old' });
  sink.reply({ status: 202 });
  assert.deepEqual(await exporter.send(request, signal), { rejected: 0, message: '' });
  for (const [headers, body] of [
    [{ 'content-type': 'text/html' }, '<html>'],
    [{}, 'ok'],
    [json, 'ok'],
    [protobuf, 'ok'],
  ] as const) {
    answer(headers, body);
    await assert.rejects(exporter.send(request, signal), { code: 'bad_answer', isPermanent: false });
  }
  await exporter.close();
});

test('A receiver that is away, stalls or breaks off costs no sample, and is found again', async () => {
  await using sink = await startHttpSink();
  const exporter = exporterTo(sink, 'timeout=1');
  await sink.stop();
  await assert.rejects(exporter.send(request, signal), { code: 'unreachable', isPermanent: false });
  await sink.start();
  await exporter.send(request, signal);
  const faults: readonly [SinkReply, PublisherErrorCode][] = [
    ['stall', 'timeout'],
    ['half', 'timeout'],
    ['cut', 'unreachable'],
  ];
  for (const [fault, code] of faults) {
    sink.reply(fault);
    await assert.rejects(exporter.send(request, signal), { code, isPermanent: false });
    await exporter.send(request, signal);
  }
  await exporter.close();
  await exporter.close();
  await assert.rejects(exporter.send(request, signal), { code: 'closed' });
});

test('An aborted call ends with the reason', async () => {
  await using sink = await startHttpSink();
  const exporter = exporterTo(sink);
  const controller = new AbortController();
  sink.reply('stall');
  const call = exporter.send(request, controller.signal);
  await sink.received(1);
  const reason = new Error('stop');
  controller.abort(reason);
  await assert.rejects(call, reason);
  await exporter.close();
});
