import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { Agent, request } from 'node:https';
import { test } from 'node:test';
import { createCertificates } from './certificates.ts';
import { startHttpSink } from './http-sink.ts';
import { temporaryDirectory } from './temporary-directory.ts';

test('It keeps what it is sent, and answers as it was told, then as it always does', async () => {
  await using sink = await startHttpSink({ respond: ({ path }) => ({ status: 201, body: `at ${path}` }) });
  sink.reply({ status: 429, headers: { 'Retry-After': '7' }, body: 'later' });
  const first = await fetch(`${sink.origin}/a?b=c`, { method: 'POST', body: 'grüße' });
  assert.deepEqual([first.status, first.headers.get('retry-after'), await first.text()], [429, '7', 'later']);
  const second = await fetch(`${sink.origin}/d`);
  assert.deepEqual([second.status, await second.text()], [201, 'at /d']);
  await sink.received(2);
  assert.deepEqual(
    sink.requests.map(({ method, path, body }) => [method, path, body.toString()]),
    [
      ['POST', '/a?b=c', 'grüße'],
      ['GET', '/d', ''],
    ],
  );
});

test('A request can go without an answer, and a slow one comes whole', async () => {
  await using sink = await startHttpSink();
  for (const fault of ['reset', 'hang_up', 'garbage'] as const) {
    sink.reply(fault);
    await assert.rejects(fetch(sink.origin), TypeError);
  }
  sink.reply('cut');
  await assert.rejects((await fetch(sink.origin)).text());
  sink.reply('slow');
  assert.equal((await (await fetch(sink.origin)).text()).length, 1000);
  for (const silence of ['stall', 'half', 'endless'] as const) {
    sink.reply(silence);
    const before = sink.requests.length;
    const controller = new AbortController();
    const answer = fetch(sink.origin, { signal: controller.signal }).then((response) => response.text());
    await sink.received(before + 1);
    controller.abort(new Error('enough'));
    await assert.rejects(answer, /enough/);
  }
});

test('It can be away, and comes back on the same port', async () => {
  await using sink = await startHttpSink();
  await fetch(sink.origin);
  await sink.stop();
  await sink.stop();
  await assert.rejects(fetch(sink.origin));
  await sink.start();
  assert.equal((await fetch(sink.origin)).status, 200);
  assert.equal(sink.connections, 2);
});

test('With TLS it can want a certificate of the client', async () => {
  await using directory = await temporaryDirectory();
  const path = await createCertificates(directory.path, { server: 'IP:127.0.0.1', client: 'DNS:client' });
  const read = (file: string): string => readFileSync(path(file), 'utf8');
  const tls = { cert: read('server.pem'), key: read('server.key'), clientCa: read('ca.pem') };
  await using sink = await startHttpSink({ tls });
  const get = (identity: object): Promise<number | undefined> =>
    new Promise((resolve, reject) => {
      const agent = new Agent({ ca: tls.clientCa, ...identity });
      request(sink.origin, { agent }, (answer) => resolve(answer.resume().statusCode))
        .on('error', reject)
        .end();
    });
  assert.equal(await get({ cert: read('client.pem'), key: read('client.key') }), 200);
  await assert.rejects(get({}));
  assert.equal(sink.requests.length, 1);
});
