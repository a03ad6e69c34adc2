import assert from 'node:assert/strict';
import { test } from 'node:test';
import { parseTcpUrl } from './tcp-options.ts';

test('A URL of TCP says where, and how long to wait', () => {
  for (const [url, options] of [
    ['tcp://collector', { at: { host: 'collector', port: 4952 }, timeoutMs: 10_000 }],
    ['tcp://[::1]:1/?timeout=0.5', { at: { host: '::1', port: 1 }, timeoutMs: 500 }],
  ] as const) {
    assert.deepEqual(parseTcpUrl(url), { ok: true, options });
  }
});

test('All problems of a URL are said at once', () => {
  const problemsOf = (url: string) => {
    const parsed = parseTcpUrl(url);
    return parsed.ok ? [] : parsed.problems;
  };
  assert.deepEqual(problemsOf('tcp://'), ['it names no host; write host or host:4952, an address of IPv6 in brackets']);
  assert.deepEqual(problemsOf('tcp://h:x/path?ttl=1&timeout=no'), [
    'the port is "x"; it must be a number from 1 to 65535',
    '"/path" does nothing; end the address after the port',
    'there is no option "ttl"; it takes timeout',
    'timeout is "no"; it must be a number of seconds, more than 0 and at most 3600',
  ]);
  assert.match(problemsOf('/tcp').join(), /not a URL/);
});
