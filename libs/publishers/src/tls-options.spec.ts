import assert from 'node:assert/strict';
import { test } from 'node:test';
import { parsePublisherUrl } from './publisher-url.ts';
import { readTlsFileOptions, readTlsOptions } from './tls-options.ts';
import type { TlsFileRules } from './tls-options.ts';

function read(query: string, rules?: Partial<TlsFileRules>) {
  const parts = parsePublisherUrl(`x://h?${query}`);
  assert.ok(parts);
  const problems: string[] = [];
  const tls = rules
    ? readTlsFileOptions(parts, { isTls: true, howToTls: 'write xs://', ...rules }, problems)
    : readTlsOptions(parts, problems);
  return { tls, problems };
}

test('Whom to trust and who we are is read, where there is TLS', () => {
  assert.deepEqual(read(''), { tls: undefined, problems: [] });
  assert.deepEqual(read('ssl=1').tls, { isVerified: true });
  assert.deepEqual(read('ssl=1&verify_ssl=no').tls, { isVerified: false });
  assert.deepEqual(read('verify_ssl=/ca.pem&clientcert=/c.pem&clientkey=/k.pem', {}), {
    tls: { isVerified: true, caFile: '/ca.pem', certFile: '/c.pem', keyFile: '/k.pem' },
    problems: [],
  });
});

test('What does nothing, and what is empty, is said once', () => {
  assert.deepEqual(read('ssl=0&verify_ssl=no&clientcert=/c').problems, [
    'verify_ssl does nothing without TLS; add ssl=1',
    'clientcert does nothing without TLS; add ssl=1',
  ]);
  assert.deepEqual(read('verify_ssl=no&clientcert=/c', { isTls: false, idleOptions: ['verify_ssl'] }).problems, [
    'clientcert does nothing without TLS; write xs://',
  ]);
  assert.deepEqual(read('clientkey=', {}).problems, [
    'clientkey does nothing without clientcert',
    'clientkey is empty; it must be the path of a PEM file',
  ]);
  assert.deepEqual(read('verify_ssl=', {}).problems, [
    'verify_ssl is ""; it must be true, false or the path of a file of certificates',
  ]);
});
