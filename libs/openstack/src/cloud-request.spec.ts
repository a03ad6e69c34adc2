import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { OpenstackConfig } from '@nephometer/service-config';
import { createCloud } from './cloud.ts';
import type { Cloud } from './cloud.ts';
import type { HttpAnswer } from './http-client.ts';
import { below } from './keystone.ts';
import { startRecordedCloud } from './recorded-cloud.ts';
import type { RecordedCloud } from './recorded-cloud.ts';

const { signal } = new AbortController();

async function start(
  different: Partial<OpenstackConfig> = {},
): Promise<AsyncDisposable & { server: RecordedCloud; cloud: Cloud }> {
  const server = await startRecordedCloud();
  const cloud = createCloud({ ...server.config, ...different });
  return {
    server,
    cloud,
    async [Symbol.asyncDispose]() {
      await cloud.close();
      await server[Symbol.asyncDispose]();
    },
  };
}

test('A service is told something with any method, and any answer comes back but one that refuses the token', async () => {
  await using lab = await start();
  const bodies: unknown[] = [];
  let status = 202;
  lab.server.fault = (request, response) => {
    if (!request.url?.startsWith('/v2.1/')) return false;
    bodies.push([request.method, request.headers['content-type']]);
    response.writeHead(status).end('{"a":1}');
    return true;
  };
  const url = (endpoint: URL): URL => below(endpoint, 'anything');
  const tell = (method: 'POST' | 'PATCH'): Promise<HttpAnswer> =>
    lab.cloud.request({ kind: 'metric', service: 'compute', method, url, body: { b: 2 } }, signal);
  assert.deepEqual({ ...(await tell('POST')), headers: {} }, { status: 202, headers: {}, text: '{"a":1}' });
  for (status of [400, 503, 503]) assert.equal((await tell('PATCH')).status, status);
  assert.deepEqual(bodies.slice(0, 2), [
    ['POST', 'application/json'],
    ['PATCH', 'application/json'],
  ]);
  status = 401;
  await assert.rejects(tell('POST'), { code: 'token-refused' });
  const asked = lab.server.requests.filter((line) => line.endsWith('/auth/tokens'));
  assert.equal(asked.length, 2, 'the token was renewed once');
});

test('A request waits neither for the budget nor for a pause of the service', async () => {
  await using lab = await start({ concurrentRequests: 1, requestsPerSecond: 0.001 });
  const stuck = Promise.withResolvers<void>();
  lab.server.fault = (request) => {
    if (request.method !== 'GET') return false;
    stuck.resolve();
    return true;
  };
  const stop = new AbortController();
  const url = (endpoint: URL): URL => below(endpoint, 'flavors/1');
  const held = lab.cloud.get({ kind: 'flavor', service: 'compute', url }, stop.signal);
  await stuck.promise;
  const answer = await lab.cloud.request({ kind: 'metric', service: 'compute', method: 'POST', url, body: {} }, signal);
  assert.equal(answer.status, 200);
  stop.abort(new Error('stop'));
  await assert.rejects(held, { message: 'stop' });
});

test('A request may have a deadline of its own', async () => {
  await using lab = await start();
  lab.server.fault = (request) => request.method === 'PATCH';
  const url = (endpoint: URL): URL => below(endpoint, 'anything');
  const request = { kind: 'metric', service: 'compute', method: 'PATCH', url, timeoutMs: 20 } as const;
  await assert.rejects(lab.cloud.request(request, signal), { code: 'deadline', message: /within 20 ms/ });
});

test('What is urgent waits neither for the budget nor for a pause, and begins one as anything does', async () => {
  await using lab = await start({ concurrentRequests: 1, requestsPerSecond: 0.001 });
  let status = 503;
  lab.server.fault = (request, response) => {
    if (request.method !== 'GET') return false;
    response.writeHead(status).end('{"a":1}');
    return true;
  };
  const get = (isUrgent: boolean): Promise<unknown> =>
    lab.cloud.get({ kind: 'flavor', service: 'compute', url: (endpoint) => endpoint, isUrgent }, signal);
  await assert.rejects(get(true), { code: 'overloaded' });
  await assert.rejects(get(false), { code: 'overloaded' });
  assert.equal(lab.server.requests.length, 2, 'a token and one request');
  status = 200;
  assert.deepEqual(await get(true), { a: 1 });
});
