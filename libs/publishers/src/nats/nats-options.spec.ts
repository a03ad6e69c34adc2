import assert from 'node:assert/strict';
import { test } from 'node:test';
import { parseNatsUrl } from './nats-options.ts';

const week = 7 * 86_400_000;

test('What a URL does not say has a default', () => {
  assert.deepEqual(parseNatsUrl('nats://h'), {
    ok: true,
    options: {
      servers: [{ host: 'h', port: 4222 }],
      prefix: 'ceilometer',
      newStream: { name: 'ceilometer', maxAgeMs: week, maxBytes: 2 ** 30, replicas: 1 },
      format: 'message',
      timeoutMs: 10_000,
    },
  });
});

test('Servers, users, streams and TLS are read', () => {
  assert.deepEqual(
    parseNatsUrl('nats://u:p@a,b:1/x.y?stream_max_age=2h&stream_max_bytes=5GiB&stream_replicas=3&format=sample&ssl=1'),
    {
      ok: true,
      options: {
        servers: [
          { host: 'a', port: 4222 },
          { host: 'b', port: 1 },
        ],
        prefix: 'x.y',
        newStream: { name: 'x_y', maxAgeMs: 7_200_000, maxBytes: 5 * 2 ** 30, replicas: 3 },
        format: 'sample',
        timeoutMs: 10_000,
        tls: { isVerified: true },
        user: { name: 'u', password: 'p' },
      },
    },
  );
  assert.deepEqual(parseNatsUrl('nats://token@h?stream=S&create_stream=no&timeout=2'), {
    ok: true,
    options: {
      servers: [{ host: 'h', port: 4222 }],
      prefix: 'ceilometer',
      stream: 'S',
      format: 'message',
      timeoutMs: 2000,
      user: { name: 'token' },
    },
  });
  const withFile = parseNatsUrl('nats://h?creds=a.creds');
  assert.equal(withFile.ok && withFile.options.credentialsFile, 'a.creds');
});

test('Everything that is wrong is said at once, and no password', () => {
  const parsed = parseNatsUrl(
    'nats://u:hidden@h/a/b?stream=a.b&create_stream=maybe&stream_max_age=7y&stream_max_bytes=0&stream_replicas=6' +
      '&format=xml&timeout=x&creds=&verify_ssl=0&strem=a',
  );
  const problems = parsed.ok ? [] : parsed.problems;
  const expected = [
    /no option "strem"/,
    /"a\/b" is not the beginning of a subject/,
    /stream is "a\.b"/,
    /create_stream is "maybe"/,
    /stream_max_age is "7y"; it must be a number with a unit, such as 7d/,
    /stream_max_bytes is "0"/,
    /stream_replicas is "6"/,
    /format is "xml"; it must be message or sample/,
    /timeout is "x"/,
    /verify_ssl does nothing without TLS/,
    /creds is empty/,
    /creds and a user before the @ exclude each other/,
  ];
  assert.equal(problems.length, expected.length, problems.join('\n'));
  for (const pattern of expected)
    assert.ok(
      problems.some((problem) => pattern.test(problem)),
      String(pattern),
    );
  assert.doesNotMatch(problems.join(), /hidden/);
});

test('Limits of a stream that nobody makes, and a number of replicas that is none, are problems', () => {
  const problemsOf = (url: string): string => {
    const parsed = parseNatsUrl(url);
    return parsed.ok ? '' : parsed.problems.join('\n');
  };
  assert.match(
    problemsOf('nats://h?create_stream=0&stream_max_age=1d'),
    /^stream_max_age does nothing with create_stream=false$/,
  );
  assert.match(problemsOf('nats://h?stream_replicas=0'), /^stream_replicas is 0/);
  assert.match(problemsOf('nats://'), /^it names no host/);
  assert.match(problemsOf('a b'), /^it is not a URL/);
});
