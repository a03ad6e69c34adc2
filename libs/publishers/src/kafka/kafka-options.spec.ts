import assert from 'node:assert/strict';
import { test } from 'node:test';
import { parseKafkaUrl } from './kafka-options.ts';

test('A URL of Ceilometer is understood, and what it does not say has a default', () => {
  assert.deepEqual(parseKafkaUrl('kafka://b'), {
    ok: true,
    options: { brokers: [{ host: 'b', port: 9092 }], topic: 'ceilometer', compression: 'none', timeoutMs: 30_000 },
  });
  const old = parseKafkaUrl('kafka://b:1?topic=t&policy=queue&max_retry=100&max_queue_length=1024');
  assert.equal(old.ok && old.options.topic, 't');
});

test('Brokers, users and TLS are read', () => {
  const parsed = parseKafkaUrl(
    'kafka://u:p%40@b1:1,[::1]/?topic=a.b-c_1&compression=ZSTD&timeout=1.5&sasl=scram-sha-512&ssl=1&verify_ssl=/ca.pem&clientcert=c.pem',
  );
  assert.deepEqual(parsed, {
    ok: true,
    options: {
      brokers: [
        { host: 'b1', port: 1 },
        { host: '::1', port: 9092 },
      ],
      topic: 'a.b-c_1',
      compression: 'zstd',
      timeoutMs: 1500,
      tls: { isVerified: true, caFile: '/ca.pem', certFile: 'c.pem' },
      sasl: { mechanism: 'SCRAM-SHA-512', user: 'u', password: 'p@' },
    },
  });
  const plain = parseKafkaUrl('kafka://u:@b');
  assert.deepEqual(plain.ok && plain.options.sasl, { mechanism: 'PLAIN', user: 'u', password: '' });
});

test('Everything that is wrong is said at once, and no password', () => {
  const parsed = parseKafkaUrl(
    'kafka://u:hidden@b:0/path?topic=..&compression=zip&timeout=0&sasl=x&policy=lose&max_retry=many&clientkey=k&tpoic=a&ssl=0&ssl=0',
  );
  const problems = parsed.ok ? [] : parsed.problems;
  const expected = [
    /no option "tpoic"; it takes topic,/,
    /"ssl" is given more than once/,
    /"\/path" does nothing; the topic is an option/,
    /port is "0"/,
    /topic is "\.\."/,
    /compression is "zip"; it must be one of none, gzip/,
    /timeout is "0"/,
    /clientkey does nothing without clientcert/,
    /clientkey does nothing without TLS; add ssl=1/,
    /sasl is "x"; it must be one of plain, scram-sha-256, scram-sha-512/,
    /sasl does nothing without a user/,
    /policy is "lose"; it must be one of default, queue, drop/,
    /max_retry is "many"/,
  ];
  // A broker that cannot be read hides the user before it.
  assert.equal(problems.length, expected.length, problems.join('\n'));
  for (const pattern of expected)
    assert.ok(
      problems.some((problem) => pattern.test(problem)),
      String(pattern),
    );
  assert.doesNotMatch(problems.join(), /hidden/);
});

test('A user without a password, no broker, and an older Node are problems', () => {
  const problemsOf = (url: string, version?: string): string => {
    const parsed = parseKafkaUrl(url, version);
    return parsed.ok ? '' : parsed.problems.join('\n');
  };
  assert.match(problemsOf('kafka://u@b'), /^it has a user without a password/);
  assert.match(problemsOf('kafka'), /^it names no host/);
  assert.match(problemsOf('kafka://b', 'v22.18.0'), /^Kafka needs Node 22\.22 or newer, or 24\.6/);
  assert.match(problemsOf('a b'), /^it is not a URL/);
});
