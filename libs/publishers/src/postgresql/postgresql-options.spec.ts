import assert from 'node:assert/strict';
import { test } from 'node:test';
import { parsePostgresqlUrl, targetName } from './postgresql-options.ts';
import type { PostgresqlOptions } from './postgresql-options.ts';

function read(url: string): PostgresqlOptions {
  const parsed = parsePostgresqlUrl(url);
  assert.ok(parsed.ok, parsed.ok ? '' : parsed.problems.join());
  return parsed.options;
}

test('A URL names server, user, database and how samples are kept', () => {
  assert.deepEqual(read('postgresql://db.example/telemetry'), {
    server: { host: 'db.example', port: 5432 },
    database: 'telemetry',
    schema: 'nephometer',
    timeoutMs: 30_000,
    sslMode: 'prefer',
    tls: { isVerified: false },
  });
  assert.deepEqual(
    read(
      'postgresql://ada:p%40ss@[::1]:6432/a%20b?schema=meters&retention=30d&timeout=5&sslmode=verify-ca&sslrootcert=/ca&sslcert=/c&sslkey=/k',
    ),
    {
      server: { host: '::1', port: 6432 },
      user: { name: 'ada', password: 'p@ss' },
      database: 'a b',
      schema: 'meters',
      retentionMs: 30 * 86_400_000,
      timeoutMs: 5000,
      sslMode: 'verify-ca',
      tls: { isVerified: true, caFile: '/ca', certFile: '/c', keyFile: '/k' },
    },
  );
});

test('The directory of a socket stands in an option', () => {
  for (const [url, port, user] of [
    ['postgresql:///db?host=/run/postgresql', 5432, undefined],
    ['postgresql://:6432/db?host=/run/postgresql', 6432, undefined],
    ['postgresql://ada@/db?host=/run/postgresql', 5432, { name: 'ada' }],
    ['postgresql://ada:x@:6432/db?host=/run/postgresql', 6432, { name: 'ada', password: 'x' }],
  ] as const) {
    const options = read(url);
    assert.deepEqual(options.server, { host: '/run/postgresql', port }, url);
    assert.deepEqual(options.user, user, url);
    assert.equal(targetName(options), `postgresql:///run/postgresql:${port}/db`);
  }
});

test('A name of the target has no password', () => {
  assert.equal(targetName(read('postgresql://ada:secret@[::1]/db?timeout=1')), 'postgresql://[::1]:5432/db');
});

test('Everything that is wrong is told at once, without the password', () => {
  const parsed = parsePostgresqlUrl(
    'postgresql://ada:secret@a,b?schema=Mine&retention=1&timeout=0&sslmode=on&sslkey=/k&sslrootcert=&color=red',
  );
  assert.ok(!parsed.ok);
  const text = parsed.problems.join('\n');
  for (const expected of [
    /^there is no option "color"; it takes schema, retention,/m,
    /^it names several hosts/m,
    /^it names no database/m,
    /^schema is "Mine"/m,
    /^retention is "1"/m,
    /^timeout is "0"/m,
    /^sslmode is "on"; it must be one of disable, prefer, require, verify-ca, verify-full$/m,
    /^sslrootcert is empty/m,
    /^sslrootcert does nothing unless/m,
    /^sslkey does nothing without sslcert$/m,
  ]) {
    assert.match(text, expected);
  }
  assert.doesNotMatch(text, /secret/);
  for (const url of [
    'postgresql://',
    'postgresql:///db',
    'postgresql://h/a/b',
    'postgresql://h:0/db',
    'postgresql://h/db?host=other',
    'postgresql://h/db?host=/run',
    'postgresql://h/db?schema=pg_mine',
    'postgresql://h/db?sslmode=disable&sslcert=/c',
  ]) {
    assert.ok(!parsePostgresqlUrl(url).ok, url);
  }
});
