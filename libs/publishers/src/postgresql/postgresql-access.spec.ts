import assert from 'node:assert/strict';
import { chmod } from 'node:fs/promises';
import { test } from 'node:test';
import { createCertificates, runCommand, startPostgres, temporaryDirectory } from '@nephometer/test-kit';
import { exampleSample } from '../example.ts';
import { asDict, openPublisher, readView } from './example.ts';

const { signal } = new AbortController();
const samples = [exampleSample()];

/** Lets the server, which may run as a user of its own, have a file or a directory. */
async function giveToServer(path: string): Promise<void> {
  if (process.getuid?.() === 0) await runCommand('chown', ['postgres', path]);
}

test('With TLS the certificate of the server is as good as sslmode wants it', async () => {
  await using directory = await temporaryDirectory();
  await chmod(directory.path, 0o711);
  const path = await createCertificates(directory.path, { server: 'DNS:elsewhere', local: 'IP:127.0.0.1' });
  for (const name of ['server.key', 'local.key']) await giveToServer(path(name));
  const start = (name: string): ReturnType<typeof startPostgres> =>
    startPostgres({ settings: { ssl: 'on', ssl_cert_file: path(`${name}.pem`), ssl_key_file: path(`${name}.key`) } });
  const ca = `&sslrootcert=${path('ca.pem')}`;

  await using local = await start('local');
  await using elsewhere = await start('server');
  for (const [postgres, mode] of [
    [local, `sslmode=verify-full${ca}`],
    [elsewhere, `sslmode=verify-ca${ca}`],
    [elsewhere, 'sslmode=require'],
    [elsewhere, 'sslmode=prefer'],
    [elsewhere, 'sslmode=disable'],
  ] as const) {
    await using publisher = openPublisher(`${postgres.url()}?${mode}`);
    assert.deepEqual(await publisher.publish(samples, signal), [], mode);
    const encrypted = await postgres.psql(
      `SELECT ssl FROM pg_stat_ssl JOIN pg_stat_activity USING (pid) WHERE application_name = 'nephometer'`,
    );
    assert.equal(encrypted, mode === 'sslmode=disable' ? 'f' : 't', mode);
  }
  for (const [mode, message] of [
    [`sslmode=verify-full${ca}`, /its certificate is not trusted .*altnames.*; sslrootcert names/],
    ['sslmode=verify-ca', /its certificate is not trusted/],
    [`sslmode=verify-ca&sslrootcert=${path('local.pem')}`, /its certificate is not trusted/],
  ] as const) {
    await using publisher = openPublisher(`${elsewhere.url()}?${mode}`);
    await assert.rejects(publisher.publish(samples, signal), { code: 'untrusted', isPermanent: false, message });
  }
  await using noFile = openPublisher(`${local.url()}?sslmode=verify-full&sslrootcert=${path('none.pem')}`);
  await assert.rejects(noFile.publish(samples, signal), { code: 'bad_file', message: /none\.pem/ });
  assert.deepEqual(await readView(local), samples.map(asDict));
});

test('A server without TLS is used without it unless the URL wants it', async () => {
  await using postgres = await startPostgres();
  await using strict = openPublisher(`${postgres.url()}?sslmode=require`);
  await assert.rejects(strict.publish(samples, signal), {
    code: 'untrusted',
    isPermanent: false,
    message: /: it does not speak TLS; turn it on at the server, or lower sslmode$/,
  });
  await using publisher = openPublisher(postgres.url());
  assert.deepEqual(await publisher.publish(samples, signal), []);
});

test('A server is reached through its unix socket', async () => {
  await using directory = await temporaryDirectory();
  await chmod(directory.path, 0o755);
  await giveToServer(directory.path);
  await using postgres = await startPostgres({ settings: { unix_socket_directories: directory.path } });
  await using publisher = openPublisher(`postgresql://postgres@:${postgres.port}/postgres?host=${directory.path}`);
  assert.deepEqual(await publisher.publish(samples, signal), []);
  assert.equal(
    await postgres.psql(`SELECT client_addr IS NULL FROM pg_stat_activity WHERE application_name = 'nephometer'`),
    't',
  );
});

test('A wrong password and a missing database are told, without the password, and are no reason to drop anything', async () => {
  await using postgres = await startPostgres({ password: 'p@ss:w/rd' });
  await using right = openPublisher(postgres.url());
  assert.deepEqual(await right.publish(samples, signal), []);
  const at = `127.0.0.1:${postgres.port}`;
  await using wrong = openPublisher(`postgresql://postgres:hidden-word@${at}/postgres`);
  await assert.rejects(wrong.publish(samples, signal), {
    code: 'unauthorized',
    isPermanent: false,
    message: `postgresql://${at}/postgres: password authentication failed for user "postgres" (28P01); check user and password, and pg_hba.conf of the server`,
  });
  await using none = openPublisher(`postgresql://postgres@${at}/postgres`);
  await assert.rejects(none.publish(samples, signal), { code: 'unauthorized', message: /password must be/ });
  await using missing = openPublisher(postgres.url('no_such'));
  await assert.rejects(missing.publish(samples, signal), {
    code: 'refused',
    isPermanent: false,
    message: `postgresql://${at}/no_such: database "no_such" does not exist (3D000); create the database, or name another one`,
  });
});
