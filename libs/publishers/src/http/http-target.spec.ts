import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { writeFile } from 'node:fs/promises';
import { createServer } from 'node:net';
import { test } from 'node:test';
import { createCertificates, freePort, startFaultProxy, startHttpSink, temporaryDirectory } from '@nephometer/test-kit';
import type { HttpSink, SinkReply } from '@nephometer/test-kit';
import { createHttpTarget } from './http-target.ts';
import type { HttpTarget, HttpTargetOptions } from './http-target.ts';

const { signal } = new AbortController();
const post = { method: 'POST', path: '/p?token=very-secret', body: 'ü' } as const;

/** Longer than any test lasts that does not wait for it. */
const longMs = 60_000;

function targetOf(options: Partial<HttpTargetOptions> & { readonly origin: string }): HttpTarget & AsyncDisposable {
  const target = createHttpTarget({ timeoutMs: longMs, ...options });
  return { ...target, [Symbol.asyncDispose]: () => target.close() };
}

/** What comes of one request that the sink treats like this. */
async function errorAfter(sink: HttpSink, replies: readonly SinkReply[], options: Partial<HttpTargetOptions> = {}) {
  await using target = targetOf({ origin: sink.origin, ...options });
  sink.reply(...replies);
  return await target.send(post, signal).then(
    () => assert.fail('there was an answer'),
    (error: { readonly code: string; readonly message: string }) => error,
  );
}

test('Request and answer come whole, and a redirect is an answer', async () => {
  await using sink = await startHttpSink();
  await using target = targetOf({ origin: sink.origin, auth: { user: 'ü', password: 'p:w' } });
  sink.reply({ status: 302, headers: { Location: '/elsewhere', 'X-A': ['1', '2'] }, body: 'grüße' });
  const answer = await target.send({ ...post, headers: { 'X-B': 'c' } }, signal);
  assert.deepEqual(
    [answer.status, answer.headers['location'], answer.headers['x-a'], answer.body.toString()],
    [302, '/elsewhere', ['1', '2'], 'grüße'],
  );
  assert.deepEqual([answer.target, answer.words], [`${sink.origin}/p`, 'grüße']);
  const [request] = sink.requests;
  assert.deepEqual([request?.method, request?.path, request?.body.toString()], ['POST', post.path, 'ü']);
  assert.equal(request?.headers['x-b'], 'c');
  assert.equal(request.headers.authorization, `Basic ${Buffer.from('ü:p:w').toString('base64')}`);
});

test('One request after the other shares a connection, those at the same time have their own up to the limit', async () => {
  await using sink = await startHttpSink();
  await using target = targetOf({ origin: sink.origin, connections: 2 });
  for (let turn = 0; turn < 3; turn++) await target.send(post, signal);
  assert.equal(sink.connections, 1);
  await Promise.all(Array.from({ length: 6 }, () => target.send(post, signal)));
  assert.equal(sink.connections, 2);
  assert.equal(sink.requests.length, 9);
});

test('A kept connection that is dead is replaced within the same request', async () => {
  await using sink = await startHttpSink();
  await using target = targetOf({ origin: sink.origin });
  await target.send(post, signal);
  sink.closeIdle();
  assert.equal((await target.send(post, signal)).status, 200);
  sink.reply('hang_up');
  assert.equal((await target.send(post, signal)).status, 200);
  sink.reply('reset');
  assert.equal((await target.send(post, signal)).status, 200);
  assert.equal(sink.connections, 4);
});

test('A request that may have been understood is not sent again', async () => {
  await using sink = await startHttpSink();
  for (const fault of ['hang_up', 'reset', 'cut'] as const) {
    const { code, message } = await errorAfter(sink, [fault]);
    assert.equal(code, 'unreachable');
    assert.match(message, new RegExp(`^${sink.origin}/p: the connection broke before the answer \\(.+\\)$`));
  }
  assert.equal(sink.requests.length, 3);
  // The answer had begun, so the connection had been alive.
  await using target = targetOf({ origin: sink.origin });
  await target.send(post, signal);
  sink.reply('cut');
  await assert.rejects(target.send(post, signal), { code: 'unreachable' });
  assert.equal(sink.requests.length, 5);
});

test('Nobody there: the error says so, and the next request finds who came back', async () => {
  await using sink = await startHttpSink();
  await using target = targetOf({ origin: sink.origin });
  await sink.stop();
  await assert.rejects(target.send(post, signal), {
    code: 'unreachable',
    message: /\/p: no connection \(.*ECONNREFUSED/,
  });
  await sink.start();
  assert.equal((await target.send(post, signal)).status, 200);
  await sink.stop();
  await assert.rejects(target.send(post, signal), { code: 'unreachable' });
  await sink.start();
  assert.equal((await target.send(post, signal)).status, 200);
});

test('A name that no name server knows is told', async () => {
  await using target = targetOf({ origin: 'http://nowhere.invalid' });
  await assert.rejects(target.send(post, signal), {
    code: 'unreachable',
    message: /nowhere\.invalid\/p: no connection/,
  });
});

test('An answer that never begins, or never ends, has its deadline', async () => {
  await using sink = await startHttpSink();
  for (const silence of ['stall', 'half'] as const) {
    const { code, message } = await errorAfter(sink, [silence], { timeoutMs: 50 });
    assert.deepEqual([code, message], ['timeout', `${sink.origin}/p did not answer within 51 ms`]);
  }
});

test('A server that lets nobody in, or never shakes hands, has its deadline, too', async () => {
  await using sink = await startHttpSink();
  await using proxy = await startFaultProxy({ target: { host: '127.0.0.1', port: sink.port } });
  proxy.pause();
  for (const scheme of ['http', 'https']) {
    await using target = targetOf({ origin: `${scheme}://127.0.0.1:${proxy.address.port}`, timeoutMs: 50 });
    await assert.rejects(target.send(post, signal), { code: 'timeout' });
  }
});

test('An abort ends a request at once with its own reason, in each of its phases', async () => {
  await using sink = await startHttpSink();
  await using proxy = await startFaultProxy({ target: { host: '127.0.0.1', port: sink.port } });
  await using target = targetOf({ origin: `https://127.0.0.1:${proxy.address.port}` });
  const reason = new Error('enough');
  await assert.rejects(target.send(post, AbortSignal.abort(reason)), reason);

  proxy.pause();
  const connecting = new AbortController();
  const early = target.send(post, connecting.signal);
  setImmediate(() => connecting.abort(reason));
  await assert.rejects(early, reason);

  await using open = targetOf({ origin: sink.origin });
  const waiting = new AbortController();
  sink.reply('stall');
  const late = open.send(post, waiting.signal);
  await sink.received(1);
  waiting.abort(reason);
  await assert.rejects(late, reason);
  assert.equal((await open.send(post, signal)).status, 200);
});

test('An answer without end is cut, one in single bytes is whole', async () => {
  await using sink = await startHttpSink();
  await using target = targetOf({ origin: sink.origin, maxAnswerBytes: 1000 });
  sink.reply('endless', 'slow');
  for (let turn = 0; turn < 2; turn++) assert.equal((await target.send(post, signal)).body.length, 1000);
});

test('What is not HTTP is told from what is not there', async () => {
  await using sink = await startHttpSink();
  const { code, message } = await errorAfter(sink, ['garbage']);
  assert.equal(code, 'bad_answer');
  assert.match(message, /what answers is not HTTP .*should it be TLS/);
});

test('A server of another protocol is told in the same way, and plain HTTP from TLS', async () => {
  const port = await freePort();
  const server = createServer((socket) => {
    socket.on('error', () => undefined).once('data', () => socket.end('SSH-2.0-OpenSSH\r\n'));
  });
  await new Promise<void>((resolve) => server.listen(port, '127.0.0.1', resolve));
  await using plain = targetOf({ origin: `http://127.0.0.1:${port}` });
  await assert.rejects(plain.send(post, signal), { code: 'bad_answer' });
  await using safe = targetOf({ origin: `https://127.0.0.1:${port}` });
  await assert.rejects(safe.send(post, signal), {
    code: 'unreachable',
    message: /TLS cannot be agreed on .*plain HTTP\?/,
  });
  await new Promise((resolve) => server.close(resolve));
});

test('A closed target sends nothing, and breaks what is on its way', async () => {
  await using sink = await startHttpSink();
  const target = createHttpTarget({ origin: sink.origin, timeoutMs: longMs });
  sink.reply('stall');
  const sent = target.send(post, signal);
  await sink.received(1);
  const ended = assert.rejects(sent, { code: 'closed' });
  await Promise.all([target.close(), target.close()]);
  await ended;
  await assert.rejects(target.send(post, signal), { code: 'closed' });
  assert.equal(sink.requests.length, 1);
});

test('What the target repeats of our secrets is not in its words', async () => {
  await using sink = await startHttpSink({
    respond: ({ path, headers }) => ({ status: 500, body: `no ${path}, ${headers.authorization}, hunter22` }),
  });
  const auth = { user: 'me', password: 'hunter22' };
  await using target = targetOf({ origin: sink.origin, auth, secrets: ['very-secret'] });
  assert.equal((await target.send(post, signal)).words, 'no /p?token=***, Basic ***, ***');
});

test('Certificates: the right authority, any, a wrong one, a wrong name', async () => {
  await using directory = await temporaryDirectory();
  const path = await createCertificates(directory.path, { server: 'IP:127.0.0.1', other: 'DNS:other.example' });
  const caFile = path('ca.pem');
  const identity = (name: string) => ({
    cert: readFileSync(path(`${name}.pem`), 'utf8'),
    key: readFileSync(path(`${name}.key`), 'utf8'),
  });
  await using sink = await startHttpSink({ tls: identity('server') });
  for (const tls of [{ isVerified: true, caFile }, { isVerified: false }]) {
    await using target = targetOf({ origin: sink.origin, tls });
    assert.equal((await target.send(post, signal)).status, 200);
  }
  await using distrusting = targetOf({ origin: sink.origin });
  await assert.rejects(distrusting.send(post, signal), { code: 'untrusted', message: /verify_ssl names the file/ });

  await using stranger = await startHttpSink({ tls: identity('other') });
  await using misled = targetOf({ origin: stranger.origin, tls: { isVerified: true, caFile } });
  await assert.rejects(misled.send(post, signal), { code: 'untrusted', message: /127\.0\.0\.1/ });
});

test('A client certificate is shown, missed, refused, and taken anew from its file', async () => {
  await using directory = await temporaryDirectory();
  await using elsewhere = await temporaryDirectory();
  const path = await createCertificates(directory.path, { server: 'IP:127.0.0.1', client: 'DNS:client' });
  const strange = await createCertificates(elsewhere.path, { client: 'DNS:client' });
  const read = (file: string): string => readFileSync(file, 'utf8');
  const tls = { cert: read(path('server.pem')), key: read(path('server.key')), clientCa: read(path('ca.pem')) };
  await using sink = await startHttpSink({ tls });
  const trusted = { isVerified: true, caFile: path('ca.pem') };
  await using shown = targetOf({
    origin: sink.origin,
    tls: { ...trusted, certFile: path('client.pem'), keyFile: path('client.key') },
  });
  assert.equal((await shown.send(post, signal)).status, 200);

  await using missed = targetOf({ origin: sink.origin, tls: trusted });
  await assert.rejects(missed.send(post, signal), { code: 'unauthorized', message: /check clientcert and clientkey/ });

  const certFile = strange('both.pem');
  await writeFile(certFile, read(strange('client.pem')) + read(strange('client.key')));
  await using refused = targetOf({ origin: sink.origin, tls: { ...trusted, certFile } });
  // Node's server, unlike others, does not say why it ends the connection.
  await assert.rejects(refused.send(post, signal), { code: 'unreachable' });
  await writeFile(certFile, read(path('client.pem')) + read(path('client.key')));
  assert.equal((await refused.send(post, signal)).status, 200);
});

test('A file that cannot be used is named, and nothing is sent', async () => {
  await using directory = await temporaryDirectory();
  const path = await createCertificates(directory.path, { a: 'DNS:a', b: 'DNS:b' });
  await writeFile(path('broken.pem'), '-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n');
  await using sink = await startHttpSink();
  const origin = sink.origin.replace('http:', 'https:');
  for (const [tls, named] of [
    [{ caFile: path('nothing.pem') }, /nothing\.pem cannot be used: expected certificates in PEM \(ENOENT/],
    [{ caFile: path('ca.key') }, /ca\.key cannot be used: expected certificates in PEM \(it has no certificate\)/],
    [{ caFile: path('broken.pem') }, /broken\.pem cannot be used/],
    [{ caFile: directory.path }, /EISDIR/],
    [{ certFile: path('a.key') }, /a\.key cannot be used: expected a certificate/],
    [{ certFile: path('a.pem') }, /a\.pem cannot be used: expected a private key/],
    [{ certFile: path('a.pem'), keyFile: path('b.key') }, /b\.key is not the key of the certificate in .*a\.pem/],
  ] as const) {
    await using target = targetOf({ origin, tls: { isVerified: true, ...tls } });
    await assert.rejects(target.send(post, signal), { code: 'bad_file', message: named });
  }
  assert.equal(sink.connections, 0);
});
