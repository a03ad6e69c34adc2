import assert from 'node:assert/strict';
import { test } from 'node:test';
import { parseSqliteUrl } from './sqlite-options.ts';

test('A URL names a file and how long samples are kept', () => {
  assert.deepEqual(parseSqliteUrl('sqlite:///var/lib/a%20b.db'), { ok: true, options: { path: '/var/lib/a%20b.db' } });
  assert.deepEqual(parseSqliteUrl('SQLITE://localhost/s.db?retention=2d'), {
    ok: true,
    options: { path: '/s.db', retentionMs: 2 * 86_400_000 },
  });
});

test('Everything that is wrong is told at once', () => {
  const parsed = parseSqliteUrl('sqlite://samples.db?retention=1s&retenton=2d');
  assert.ok(!parsed.ok);
  assert.deepEqual(parsed.problems, [
    '"samples.db" stands where a host would; write three slashes and an absolute path, as in sqlite:///var/lib/nephometer/samples.db?retention=30d',
    'there is no option "retenton"; it takes retention; did you mean "retention"?',
    'retention is "1s"; it must be a time of an hour or more, such as 30d, 36h, or seconds',
  ]);
  for (const url of ['sqlite://', 'sqlite:///', 'sqlite:///var/lib/']) assert.ok(!parseSqliteUrl(url).ok, url);
});
