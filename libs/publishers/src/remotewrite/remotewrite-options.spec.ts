import assert from 'node:assert/strict';
import { test } from 'node:test';
import { ceilometerNaming } from '../series/ceilometer-naming.ts';
import { parseRemoteWriteOptions } from './remotewrite-options.ts';

function optionsOf(url: string) {
  const parsed = parseRemoteWriteOptions(url);
  assert.ok(parsed.ok, parsed.ok ? '' : parsed.problems.join());
  return parsed.options;
}

test('A URL says where the receiver is, who we are, and how series are called', () => {
  const plain = optionsOf('remotewrite://prometheus.example:9090');
  assert.equal(plain.target.origin, 'http://prometheus.example:9090');
  assert.equal(plain.target.timeoutMs, 30_000);
  assert.equal(plain.path, '/api/v1/write');
  assert.deepEqual(plain.headers, {});
  const full = optionsOf(
    'remotewrite://mimir.example/api/v1/push?ssl=1&timeout=2&compat=ceilometer&ttl=60&max_series=9' +
      '&bearer_token_file=/run/token&headers=X-Scope-OrgID:team-a,X-Other: some token ',
  );
  assert.equal(full.target.origin, 'https://mimir.example');
  assert.equal(full.path, '/api/v1/push');
  assert.deepEqual(full.headers, { 'x-scope-orgid': 'team-a', 'x-other': 'some token' });
  assert.deepEqual(full.target.secrets, ['some token']);
  assert.equal(full.bearerTokenFile, '/run/token');
  assert.deepEqual([full.naming, full.ttlMs, full.maxSeries], [ceilometerNaming, 60_000, 9]);
  assert.deepEqual(optionsOf('remotewrite://me:se%20cret@h:1').target.auth, { user: 'me', password: 'se cret' });
});

test('What is wrong with a URL is said, without its password', () => {
  const table = [
    ['/a', /not a URL/],
    ['remotewrite://', /names no host/],
    ['remotewrite://me:secret@h:1?bearer_token_file=/t', /only one of them/],
    ['remotewrite://h?bearer_token_file=', /bearer_token_file is empty/],
    ['remotewrite://h?headers=nothing', /headers must be NAME:VALUE/],
    ['remotewrite://h?headers=A:secret%0d%0aB:c', /headers must be NAME:VALUE/],
    ['remotewrite://h?headers=Content-Type:secret', /sets Content-Type, which is set by the protocol/],
    ['remotewrite://h?headers=a:secret,A:c', /sets A more than once/],
    ['remotewrite://h?tenant=secret', /no option "tenant"/],
    ['remotewrite://h?compat=2015', /compat is "2015"/],
    ['remotewrite://h?clientcert=/c', /clientcert does nothing without TLS/],
  ] as const;
  for (const [url, problem] of table) {
    const parsed = parseRemoteWriteOptions(url);
    assert.ok(!parsed.ok, url);
    assert.deepEqual([parsed.problems.length, problem.test(parsed.problems.join())], [1, true], parsed.problems.join());
    assert.doesNotMatch(parsed.problems.join(), /secret/);
  }
});
