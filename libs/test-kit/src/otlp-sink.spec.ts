import assert from 'node:assert/strict';
import { test } from 'node:test';
import { gzipSync } from 'node:zlib';
import { startOtlpSink } from './otlp-sink.ts';

const field = (number: number, value: string | readonly number[]): number[] => [
  number * 8 + 2,
  value.length,
  ...Buffer.from(value as string),
];

/** A request with one gauge `m` of 7, written down byte by byte; `more` is added to its point. */
function requestOf(more: readonly number[] = []): Buffer {
  const attribute = field(7, [...field(1, 'k'), ...field(2, field(1, 'v'))]);
  const point = [0x19, 1, 0, 0, 0, 0, 0, 0, 0, 0x31, 7, 0, 0, 0, 0, 0, 0, 0, ...attribute, ...more];
  const metric = [...field(1, 'm'), ...field(5, field(1, point))];
  return Buffer.from(field(1, [...field(1, []), ...field(2, field(2, metric))]));
}

test('What comes by HTTP is decoded, compressed or not', async () => {
  await using sink = await startOtlpSink();
  const post = async (body: Buffer, headers: Record<string, string> = {}): Promise<number> => {
    const url = `${sink.http.origin}/v1/metrics`;
    const type = { 'content-type': 'application/x-protobuf' };
    return (await fetch(url, { method: 'POST', headers: { ...type, ...headers }, body: Uint8Array.from(body) })).status;
  };
  assert.equal(await post(requestOf()), 200);
  assert.equal(await post(gzipSync(requestOf()), { 'content-encoding': 'gzip' }), 200);
  await sink.received(2);
  const point = { resource: {}, scope: {}, name: 'm', kind: 'gauge', attributes: { k: 'v' }, time: '1', asInt: '7' };
  assert.deepEqual(sink.points, [point, point]);
});

test('What is not OTLP without any doubt is answered as an error, and not kept', async () => {
  await using sink = await startOtlpSink();
  const unknownField = requestOf([15 * 8, 1]);
  const doubledAttribute = requestOf(field(7, [...field(1, 'k'), ...field(2, field(1, 'w'))]));
  for (const [path, type, body, status] of [
    ['/v1/metrics', 'application/x-protobuf', unknownField, 400],
    ['/v1/metrics', 'application/x-protobuf', doubledAttribute, 400],
    ['/v1/metrics', 'application/x-protobuf', Buffer.from('<html>'), 400],
    ['/v1/metrics', 'application/json', Buffer.from('{}'), 415],
    ['/v1/traces', 'application/x-protobuf', requestOf(), 404],
  ] as const) {
    const headers = { 'content-type': type };
    const bytes = Uint8Array.from(body);
    const answer = await fetch(sink.http.origin + path, { method: 'POST', headers, body: bytes });
    assert.equal(answer.status, status);
  }
  assert.equal(sink.requests.length, 0);
});
