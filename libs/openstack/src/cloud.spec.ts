import assert from 'node:assert/strict';
import { test } from 'node:test';
import { inspect } from 'node:util';
import type { Metadata } from '@nephometer/sample';
import { createCloud } from './cloud.ts';
import type { Cloud } from './cloud.ts';
import { createHandClock } from './hand-clock.ts';
import type { HandClock } from './hand-clock.ts';
import { below } from './keystone.ts';
import type { OpenstackConfig } from '@nephometer/service-config';
import { send, startRecordedCloud } from './recorded-cloud.ts';
import type { RecordedCloud } from './recorded-cloud.ts';

const { signal } = new AbortController();

/** A recorded cloud, and a client of it whose clock stands still. */
async function start(
  different: Partial<OpenstackConfig> = {},
): Promise<AsyncDisposable & { server: RecordedCloud; cloud: Cloud; clock: HandClock }> {
  const server = await startRecordedCloud();
  const clock = createHandClock();
  server.now = () => clock.now();
  const cloud = createCloud({ ...server.config, ...different }, { clock, random: () => 0 });
  return {
    server,
    cloud,
    clock,
    async [Symbol.asyncDispose]() {
      await cloud.close();
      await server[Symbol.asyncDispose]();
    },
  };
}

function getFlavors(cloud: Cloud): Promise<Metadata> {
  const url = (endpoint: URL): URL => below(endpoint, 'flavors/1');
  return cloud.get({ kind: 'flavor', service: 'compute', url }, signal);
}

/** How often a token was asked for. */
const tokensAskedOf = ({ requests }: RecordedCloud): number =>
  requests.filter((line) => line.startsWith('POST')).length;

const project = { userDomainName: 'Default', projectName: 'service', projectDomainName: 'Default' };

test('A password, an application credential and a token each open the door', async () => {
  await using lab = await start();
  for (const credentials of [
    { kind: 'password', username: 'ceilometer', password: 'lab', ...project },
    { kind: 'application-credential', id: 'app', secret: 'app-secret' },
    { kind: 'token', token: 'given-token', ...project },
  ] as const) {
    const cloud = createCloud({ ...lab.server.config, credentials }, { clock: lab.clock });
    assert.deepEqual(Object.keys(await getFlavors(cloud)), ['flavor']);
    await cloud.close();
  }
});

test('Credentials that are wrong are told as such, with what to check, and not tried again at once', async () => {
  const table = [
    [
      { kind: 'password', username: 'ceilometer', password: 's3cret', ...project },
      /check the password of user "ceilometer" of domain "Default" and .* project "service"/,
    ],
    [
      { kind: 'application-credential', id: 'app', secret: 's3cret' },
      /check the secret of application credential "app"/,
    ],
    [{ kind: 'token', token: 's3cret', ...project }, /the token is wrong, has expired/],
  ] as const;
  for (const [credentials, message] of table) {
    await using lab = await start({ credentials });
    const errors = [];
    for (let count = 0; count < 3; count += 1)
      errors.push(await getFlavors(lab.cloud).catch((error: unknown) => error));
    await assert.rejects(getFlavors(lab.cloud), { code: 'bad-credentials', message });
    assert.equal(new Set(errors).size, 1, 'the same error object');
    assert.equal(tokensAskedOf(lab.server), 1);
    assert.doesNotMatch(inspect(errors[0], { depth: 9 }), /s3cret/);
    assert.deepEqual(lab.cloud.requests(), [{ kind: 'token', outcome: 'bad-credentials', count: 1 }]);
    lab.clock.nowMs += 5000;
    await assert.rejects(getFlavors(lab.cloud));
    assert.equal(tokensAskedOf(lab.server), 2);
  }
});

test('A message never quotes a secret that a service gives back', async () => {
  await using lab = await start();
  const token = await getFlavors(lab.cloud).then(() => lab.server.headers['x-auth-token'] as string);
  lab.server.fault = (_request, response) => {
    send(response, 500, { computeFault: { message: `no "${token}" and no "lab", ${'x'.repeat(500)}` } });
    return true;
  };
  await assert.rejects(getFlavors(lab.cloud), {
    code: 'failed',
    message: /HTTP 500 "no "\*\*\*" and no "\*\*\*", x{170,185}\.\.\."/,
  });
});

test('A token is kept until shortly before it expires, and callers at the same time share one', async () => {
  await using lab = await start();
  await Promise.all([getFlavors(lab.cloud), getFlavors(lab.cloud), getFlavors(lab.cloud)]);
  lab.clock.nowMs += 3_539_000;
  await getFlavors(lab.cloud);
  assert.equal(tokensAskedOf(lab.server), 1);
  lab.clock.nowMs += 2_000;
  await getFlavors(lab.cloud);
  assert.equal(tokensAskedOf(lab.server), 2);
});

test('A token that is refused in mid-life is renewed once, by all its users together', async () => {
  await using lab = await start();
  await getFlavors(lab.cloud);
  lab.server.revokeTokens();
  await Promise.all([getFlavors(lab.cloud), getFlavors(lab.cloud), getFlavors(lab.cloud)]);
  assert.equal(tokensAskedOf(lab.server), 2);
});

test('A service that refuses even a new token is left in peace, without a loop', async () => {
  await using lab = await start();
  lab.server.fault = (request, response) => {
    if (request.method === 'POST') return false;
    send(response, 401, { error: { message: 'no' } });
    return true;
  };
  await assert.rejects(getFlavors(lab.cloud), { code: 'token-refused', message: /check its own Keystone settings/ });
  await assert.rejects(getFlavors(lab.cloud), { code: 'token-refused' });
  assert.equal(lab.server.requests.length, 4, 'two tokens, two attempts');
});

test('Each status has its meaning, and an outage keeps everyone from that service for a while', async () => {
  const table = [
    [403, 'refused', 2],
    [404, 'not-found', 2],
    [406, 'bad-answer', 2],
    [302, 'bad-answer', 2],
    [500, 'failed', 2],
    [429, 'overloaded', 1],
    [502, 'overloaded', 1],
    [503, 'overloaded', 1],
    [504, 'overloaded', 1],
  ] as const;
  for (const [status, code, attempts] of table) {
    await using lab = await start();
    lab.server.fault = (request, response) => {
      if (request.method === 'POST') return false;
      send(response, status, {});
      return true;
    };
    await assert.rejects(getFlavors(lab.cloud), { code });
    await assert.rejects(getFlavors(lab.cloud), { code });
    assert.equal(lab.server.requests.length - 1, attempts, `${status}`);
  }
});

test('Those who waited for their turn when a pause began do not go', async () => {
  await using lab = await start({ concurrentRequests: 1 });
  await getFlavors(lab.cloud);
  lab.server.fault = (_request, response) => {
    response.writeHead(503, { 'Retry-After': '60' }).end();
    return true;
  };
  const outcomes = await Promise.allSettled(Array.from({ length: 20 }, () => getFlavors(lab.cloud)));
  assert.equal(new Set(outcomes.map((outcome): unknown => outcome.status === 'rejected' && outcome.reason)).size, 1);
  assert.equal(lab.server.requests.length, 3);
  lab.server.fault = undefined;
  lab.clock.nowMs += 60_000;
  await getFlavors(lab.cloud);
});

test('A pause that a service asks for is kept, in seconds or until a date', async () => {
  const nowMs = Date.UTC(2020, 0, 1, 12);
  const table = [
    { 'Retry-After': '120' },
    { 'Retry-After': new Date(nowMs + 120_000).toUTCString(), Date: new Date(nowMs).toUTCString() },
  ];
  for (const headers of table) {
    await using lab = await start();
    await getFlavors(lab.cloud);
    lab.server.fault = (_request, response) => {
      response.writeHead(429, headers).end();
      return true;
    };
    await assert.rejects(getFlavors(lab.cloud), { code: 'overloaded', retryAfterMs: 120_000 });
    lab.server.fault = undefined;
    lab.clock.nowMs += 119_000;
    await assert.rejects(getFlavors(lab.cloud), { code: 'overloaded' });
    lab.clock.nowMs += 1_000;
    await getFlavors(lab.cloud);
  }
});

test('What is no answer of the API is told, whoever gives it', async () => {
  await using lab = await start();
  await getFlavors(lab.cloud);
  for (const text of ['{"half":', '[]', 'null', '', '<html>']) {
    lab.server.fault = (_request, response) => {
      response.end(text);
      return true;
    };
    await assert.rejects(getFlavors(lab.cloud), {
      code: 'bad-answer',
      message: /flavors\/1: the answer is not a JSON object/,
    });
  }
  await using other = await start();
  other.server.fault = (_request, response) => {
    send(response, 201, { token: { issued_at: 'yesterday' } });
    return true;
  };
  await assert.rejects(getFlavors(other.cloud), { code: 'bad-answer', message: /has no token; check auth_url/ });
});

test('A URL without Keystone says so; with or without its version it is the same Keystone', async () => {
  for (const path of ['', '/', '/v3', '/v3/']) {
    await using lab = await start();
    const cloud = createCloud({ ...lab.server.config, authUrl: lab.server.config.authUrl.replace('/v3', path) });
    await getFlavors(cloud);
    await cloud.close();
  }
  await using lab = await start();
  lab.server.fault = (_request, response) => {
    response.writeHead(404).end('<html>');
    return true;
  };
  await assert.rejects(getFlavors(lab.cloud), {
    code: 'bad-answer',
    message: /no Identity API v3 here; check auth_url/,
  });
  for (const authUrl of ['keystone', 'ftp://keystone', '']) {
    assert.throws(() => createCloud({ ...lab.server.config, authUrl }), { code: 'not-configured' });
  }
});

test('A service that the catalog lacks is looked for again in a later catalog', async () => {
  await using lab = await start();
  lab.server.missing.add('compute');
  await assert.rejects(getFlavors(lab.cloud), { code: 'no-endpoint', message: /there are services of type / });
  lab.server.missing.clear();
  await assert.rejects(getFlavors(lab.cloud), { code: 'no-endpoint' });
  assert.equal(tokensAskedOf(lab.server), 1);
  lab.clock.nowMs += 300_000;
  await getFlavors(lab.cloud);
});

test("The cloud's time goes on from when it gave a token, whatever the clock here says", async () => {
  await using lab = await start();
  const hoursMs = 3 * 3_600_000;
  for (const skewMs of [-hoursMs, 0, hoursMs]) {
    lab.server.now = () => lab.clock.nowMs + skewMs;
    const cloud = createCloud(lab.server.config, { clock: lab.clock });
    assert.equal(await cloud.timeMs(signal), lab.clock.nowMs + skewMs);
    lab.clock.nowMs += 10_000;
    assert.equal(await cloud.timeMs(signal), lab.clock.nowMs + skewMs);
    await cloud.close();
  }
});

test('Requests are counted by what they asked for and how they ended', async () => {
  await using lab = await start();
  await getFlavors(lab.cloud);
  lab.server.revokeTokens();
  await getFlavors(lab.cloud);
  assert.deepEqual(lab.cloud.requests(), [
    { kind: 'token', outcome: 'ok', count: 2 },
    { kind: 'flavor', outcome: 'ok', count: 2 },
    { kind: 'flavor', outcome: 'token-refused', count: 1 },
  ]);
});
