import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { httpPublisherFactory, httpsPublisherFactory } from './http-publisher.ts';
import { parseHttpUrl } from './http-options.ts';
import { pythonQuery } from './python-query.ts';

const rules = { example: 'http://host/path', ownOptions: ['own'] };

function read(url: string, more: object = {}) {
  const problems: string[] = [];
  return { parsed: parseHttpUrl(url, { ...rules, ...more }, problems), problems };
}

test('A URL is read with the defaults of Ceilometer', () => {
  const { parsed, problems } = read('http://h:80');
  assert.deepEqual(problems, []);
  assert.deepEqual([parsed?.path, parsed?.query], ['/', '']);
  assert.deepEqual(parsed?.target, { origin: 'http://h', timeoutMs: 5000, retries: 2, secrets: [] });
});

test('All that is said is read', () => {
  const { parsed, problems } = read(
    'https://us:pw@[::1]:8443/p?own=1&verify_ssl=/ca.pem&clientcert=/c&clientkey=/k&timeout=1.5&max_retries=0&raw_only=no&t=very-secret',
  );
  assert.deepEqual(problems, []);
  assert.equal(parsed?.query, '?t=very-secret');
  assert.deepEqual(parsed.target, {
    origin: 'https://[::1]:8443',
    timeoutMs: 1500,
    retries: 0,
    tls: { isVerified: true, caFile: '/ca.pem', certFile: '/c', keyFile: '/k' },
    auth: { user: 'us', password: 'pw' },
    secrets: ['very-secret'],
  });
});

test('Another scheme is TLS if it says ssl', () => {
  assert.equal(read('other://h/p').parsed?.target.origin, 'http://h');
  assert.equal(read('other://h/p?ssl=Yes').parsed?.target.origin, 'https://h');
  // To these it is an option of the server’s.
  assert.equal(read('http://h/p?ssl=1').parsed?.query, '?ssl=1');
});

test('Everything that is wrong is said at once', () => {
  for (const [url, expected] of [
    ['http://', [/names no host/]],
    ['http:///p', [/names no host/]],
    ['http://h:port/', [/its port is not a number/]],
    ['http://h:0/', [/its port is not a number/]],
    ['http://h:65536/', [/its port is not a number/]],
    ['http://h h/', [/"h h" is not a host name/]],
    ['http://[::g]/', [/is not a host name/]],
    ['http://a:b:c/', [/is not user:password@host:port/]],
    ['http://user@h/', [/a user without a password/]],
    ['http://user@:x/', [/names no host/, /its port/, /without a password/]],
    ['http://h/?timeout=0&max_retries=-1&batch=maybe', [/timeout is "0"/, /max_retries is "-1"/, /batch is "maybe"/]],
    ['http://h/?timeout=1e9', [/timeout is "1e9"/]],
    ['http://h/?timeout=5&timeout=6', [/"timeout" is given more than once/]],
    [
      'http://h/?clientkey=/k',
      [/clientkey does nothing without clientcert/, /clientkey does nothing without TLS; write https/],
    ],
    ['http://h/?clientcert=', [/clientcert is empty/]],
    ['http://h/?verify_ssl=never', [/verify_ssl is "never"/]],
  ] as const) {
    const problems = httpPublisherFactory.validate(url);
    assert.equal(problems.length, expected.length, `${url}: ${problems.join('; ')}`);
    for (const [index, pattern] of expected.entries()) assert.match(problems[index] ?? '', pattern);
    assert.throws(() => httpPublisherFactory.create(url, {} as never), { code: 'bad_url' });
  }
  assert.deepEqual(
    httpsPublisherFactory.validate('https://us:pw@h/p?verify_ssl=False&q=foo&clientcert=/c&clientkey=/k'),
    [],
  );
});

test('Where others are refused, unknown options are problems', () => {
  const { problems } = read('other://h/?q=foo&own=1', { otherOptions: 'refused' });
  assert.equal(problems.length, 1);
  assert.match(problems[0] ?? '', /no option "q"/);
});

test('No problem shows the password', () => {
  fc.assert(
    fc.property(fc.string({ unit: 'grapheme' }), (rest) => {
      const problems = httpPublisherFactory.validate(`http://user:hunter22@${rest}`);
      assert.ok(!problems.join().includes('hunter22'));
    }),
  );
  for (const odd of ['/', '?', '#', '@', ':', ' ']) {
    const problems = httpPublisherFactory.validate(`http://user:hunter22${odd}hunter22@host/p`);
    assert.ok(!problems.join().includes('hunter22'), problems.join());
  }
});

test('A query is written as Python writes it', () => {
  const rewritten = (query: string): string => pythonQuery([...new URLSearchParams(query)]);
  assert.equal(rewritten(''), '');
  assert.equal(rewritten('a&b=&c=1'), '?c=1');
  assert.equal(rewritten("b=1&a=2&b=3&c=!'()*~-._+%20/%E2%82%AC"), '?b=1&b=3&a=2&c=%21%27%28%29%2A~-._++%2F%E2%82%AC');
});
