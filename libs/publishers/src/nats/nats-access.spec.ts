import assert from 'node:assert/strict';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { test } from 'node:test';
import type { Publisher } from '@nephometer/plugin';
import { createCertificates, startNats, temporaryDirectory } from '@nephometer/test-kit';
import { exampleSample } from '../example.ts';
import { publisherOf, publisherTo } from './stream-reader.ts';

const { signal } = new AbortController();

test('Users, tokens and what they may do are the servers to judge, and no password is shown', async () => {
  const users =
    'users: [{user: ada, password: "p@ss"}, {user: bob, password: b, permissions: {publish: "nothing", subscribe: ">"}}]';
  await using nats = await startNats({ configuration: [`authorization { ${users} }`] });
  const as = (user: string): Publisher => publisherOf(`nats://${user}@127.0.0.1:${nats.port}`);
  const ada = as('ada:p%40ss');
  assert.deepEqual(await ada.publish([exampleSample()], signal), []);
  await ada.close();
  for (const user of ['ada:hidden', 'hidden']) {
    const wrong = as(user);
    await assert.rejects(wrong.publish([exampleSample()], signal), {
      code: 'unauthorized',
      message: /^nats:\/\/127\.0\.0\.1:\d+\/ceilometer: it does not accept who we are(?!.*hidden)/,
      isPermanent: false,
    });
    await wrong.close();
  }
  const bob = as('bob:b');
  await assert.rejects(bob.publish([exampleSample()], signal), {
    code: 'unauthorized',
    message: /we may not do that: .*ceilometer\.cpu/,
    isPermanent: false,
  });
  await bob.close();

  await using tokens = await startNats({ configuration: ['authorization { token: "t:k/n" }'] });
  const token = publisherOf(`nats://t%3Ak%2Fn@127.0.0.1:${tokens.port}`);
  assert.deepEqual(await token.publish([exampleSample()], signal), []);
  await token.close();
});

test('Who may publish and no more needs a stream that is there, and is told so', async () => {
  const permissions = 'publish: "ceilometer.>", subscribe: "_INBOX.>"';
  const users = `users: [{user: eve, password: e, permissions: {${permissions}}}, {user: op, password: o}]`;
  await using nats = await startNats({ configuration: [`authorization { ${users} }`] });
  const eve = publisherOf(`nats://eve:e@127.0.0.1:${nats.port}`);
  await assert.rejects(eve.publish([exampleSample()], signal), {
    code: 'unauthorized',
    message: /: no stream takes ceilometer\.>, and we may not make one; make it: nats stream add ceilometer --subjects/,
    isPermanent: false,
  });
  const operator = publisherOf(`nats://op:o@127.0.0.1:${nats.port}`);
  await operator.publish([exampleSample()], signal);
  await operator.close();
  assert.deepEqual(await eve.publish([exampleSample({ id: 'second' })], signal), []);
  await eve.close();
});

test('A file of credentials that is none is said so', async () => {
  await using nats = await startNats();
  await using directory = await temporaryDirectory();
  const file = join(directory.path, 'x.creds');
  const publisher = publisherTo(nats.port, `/ceilometer?creds=${file}`);
  await assert.rejects(publisher.publish([exampleSample()], signal), {
    code: 'bad_file',
    message: /x\.creds cannot be used/,
  });
  await writeFile(file, 'nothing of use');
  await assert.rejects(publisher.publish([exampleSample()], signal), {
    code: 'bad_file',
    message: /x\.creds cannot be used/,
  });
  await publisher.close();
});

test('With TLS both sides show their certificates, and who is not trusted gets nothing', async () => {
  await using directory = await temporaryDirectory();
  const path = await createCertificates(directory.path, { server: 'IP:127.0.0.1', client: 'DNS:client' });
  const files = `cert_file: "${path('server.pem')}", key_file: "${path('server.key')}", ca_file: "${path('ca.pem')}"`;
  await using nats = await startNats({ configuration: [`tls { ${files}, verify: true }`] });
  const client = `clientcert=${path('client.pem')}&clientkey=${path('client.key')}`;
  const publish = async (options: string): Promise<void> => {
    const publisher = publisherTo(nats.port, `/ceilometer?${options}`);
    try {
      await publisher.publish([exampleSample()], signal);
    } finally {
      await publisher.close();
    }
  };
  await publish(`ssl=1&verify_ssl=${path('ca.pem')}&${client}`);
  await publish(`ssl=1&verify_ssl=false&${client}`);
  await assert.rejects(publish(`ssl=1&${client}`), { code: 'untrusted', message: /verify_ssl names the file/ });
  await assert.rejects(publish(''), { code: 'untrusted' });
  await assert.rejects(publish(`ssl=1&verify_ssl=${path('ca.pem')}`), { code: 'unauthorized' });
  await assert.rejects(publish(`ssl=1&verify_ssl=${path('server.key')}`), { code: 'bad_file' });
  await using plain = await startNats();
  const encrypted = publisherTo(plain.port, '/ceilometer?ssl=1');
  await assert.rejects(encrypted.publish([exampleSample()], signal), {
    code: 'unreachable',
    message: /does not support 'tls'/,
  });
  await encrypted.close();
});
