import assert from 'node:assert/strict';
import { readFile } from 'node:fs/promises';
import { test } from 'node:test';
import type { Publisher } from '@nephometer/plugin';
import { createCertificates, startKafka, startKafkaGate, temporaryDirectory } from '@nephometer/test-kit';
import { exampleSample, exampleSettings } from '../example.ts';
import { kafkaPublisherFactory } from './kafka-publisher.ts';

const { signal } = new AbortController();
const samples = [exampleSample()];

function connect(url: string): Publisher {
  assert.deepEqual(kafkaPublisherFactory.validate(url), []);
  return kafkaPublisherFactory.create(url, exampleSettings());
}

for (const [option, mechanism] of [
  ['', 'PLAIN'],
  ['&sasl=scram-sha-256', 'SCRAM-SHA-256'],
  ['&sasl=scram-sha-512', 'SCRAM-SHA-512'],
] as const) {
  test(`The right user is let in with ${mechanism}, and the wrong password is not shown`, async () => {
    await using kafka = await startKafka();
    const sasl = { mechanisms: [mechanism], user: 'ada', password: 'p@ss:w,rd' };
    await using gate = await startKafkaGate(kafka.brokers[0] ?? '', { sasl });
    const publisher = connect(`kafka://ada:p%40ss%3Aw,rd@${gate.address}?topic=t${option}`);
    assert.deepEqual(await publisher.publish(samples, signal), []);
    await publisher.close();
    assert.ok(gate.admitted > 0);
    assert.equal((await kafka.records('t')).length, 1);

    const wrong = connect(`kafka://ada:hidden-word@${gate.address}?topic=t${option}`);
    const error: unknown = await wrong.publish(samples, signal).then(
      () => undefined,
      (reason: unknown) => reason,
    );
    assert.ok(error instanceof Error);
    assert.match(error.message, /^kafka:\/\/127\.0\.0\.1:\d+\?topic=t: they do not accept the user and the password$/);
    assert.equal('code' in error && error.code, 'unauthorized');
    assert.equal('isPermanent' in error && error.isPermanent, false);
    await wrong.close();
  });
}

test('A kind of password that the brokers do not take is told', async () => {
  await using kafka = await startKafka();
  const sasl = { mechanisms: ['SCRAM-SHA-512'], user: 'ada', password: 'x' };
  await using gate = await startKafkaGate(kafka.brokers[0] ?? '', { sasl });
  const publisher = connect(`kafka://ada:x@${gate.address}`);
  await assert.rejects(publisher.publish(samples, signal), {
    code: 'unauthorized',
    message: /they do not take this kind of password; write another sasl=/,
  });
  await publisher.close();
});

test('With TLS both sides show their certificates, and who is not trusted gets nothing', async () => {
  await using directory = await temporaryDirectory();
  const path = await createCertificates(directory.path, { server: 'IP:127.0.0.1', client: 'DNS:client' });
  const [cert, key, clientCa] = await Promise.all(
    ['server.pem', 'server.key', 'ca.pem'].map((file) => readFile(path(file), 'utf8')),
  );
  await using kafka = await startKafka();
  await using gate = await startKafkaGate(kafka.brokers[0] ?? '', {
    tls: { cert: cert ?? '', key: key ?? '', clientCa: clientCa ?? '' },
  });
  const url = `kafka://${gate.address}?topic=t`;
  const client = `clientcert=${path('client.pem')}&clientkey=${path('client.key')}`;
  const publish = async (options: string): Promise<void> => {
    const publisher = connect(`${url}${options}`);
    try {
      await publisher.publish(samples, signal);
    } finally {
      await publisher.close();
    }
  };
  await publish(`&ssl=1&verify_ssl=${path('ca.pem')}&${client}`);
  await publish(`&ssl=1&verify_ssl=false&${client}`);
  assert.equal((await kafka.records('t')).length, 2);

  // At once, as each tries for a while.
  await Promise.all([
    assert.rejects(publish(`&ssl=1&${client}`), { code: 'untrusted', message: /verify_ssl names the file/ }),
    assert.rejects(publish(`&ssl=1&verify_ssl=${path('ca.pem')}`), { code: 'unauthorized' }),
    assert.rejects(publish(''), {
      code: 'unreachable',
      message: /: Connection closed; do the brokers want TLS \(ssl=1\) or a user\?$/,
    }),
    assert.rejects(publish(`&ssl=1&verify_ssl=${path('server.key')}`), { code: 'bad_file' }),
  ]);
  assert.equal((await kafka.records('t')).length, 2);
});
