import assert from 'node:assert/strict';
import { test } from 'node:test';
import { parseUdpUrl } from './udp-options.ts';

test('A URL of UDP says where', () => {
  for (const [url, at] of [
    ['udp://collector', { host: 'collector', port: 4952 }],
    ['UDP://collector:1/', { host: 'collector', port: 1 }],
    ['udp://[::1]', { host: '::1', port: 4952 }],
  ] as const) {
    assert.deepEqual(parseUdpUrl(url), { ok: true, options: { at } });
  }
});

test('All problems of a URL are said at once', () => {
  const problemsOf = (url: string) => {
    const parsed = parseUdpUrl(url);
    return parsed.ok ? [] : parsed.problems;
  };
  assert.deepEqual(problemsOf('udp'), ['it names no host; write host or host:4952, an address of IPv6 in brackets']);
  assert.deepEqual(problemsOf('udp://h:x/path?ttl=1'), [
    'the port is "x"; it must be a number from 1 to 65535',
    '"/path" does nothing; end the address after the port',
    'there is no option "ttl"; it takes none',
  ]);
  assert.match(problemsOf('/udp').join(), /not a URL/);
});
