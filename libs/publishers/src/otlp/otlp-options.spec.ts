import assert from 'node:assert/strict';
import { test } from 'node:test';
import { parseOtlpOptions } from './otlp-options.ts';
import type { OtlpOptions } from './otlp-options.ts';

function options(url: string): OtlpOptions {
  const parsed = parseOtlpOptions(url);
  if (!parsed.ok) assert.fail(parsed.problems.join('; '));
  return parsed.options;
}

function problems(url: string): readonly string[] {
  const parsed = parseOtlpOptions(url);
  return parsed.ok ? [] : parsed.problems;
}

test('A host is enough: gRPC in plain text on port 4317, compressed', () => {
  assert.deepEqual(options('otlp://collector'), {
    protocol: 'grpc',
    target: 'otlp://collector:4317',
    host: 'collector',
    port: 4317,
    path: '',
    timeoutMs: 10_000,
    isCompressed: true,
    headers: [],
    secrets: [],
  });
});

test('Over HTTP it is port 4318 and the path of the specification, unless the URL has others', () => {
  const table = [
    ['otlp://c?protocol=http', 'otlp://c:4318/v1/metrics'],
    ['otlp://c/?protocol=http', 'otlp://c:4318/v1/metrics'],
    ['otlps://c:443/otlp/v1/metrics?protocol=http', 'otlps://c:443/otlp/v1/metrics'],
    ['otlp://c:80/a%20b?protocol=http', 'otlp://c:80/a%20b'],
    ['otlp://[fd00::1]?protocol=http', 'otlp://[fd00::1]:4318/v1/metrics'],
    ['otlps://u:p@[fd00::1]:9?protocol=grpc', 'otlps://[fd00::1]:9'],
    ['otlp://c:80', 'otlp://c:80'],
  ] as const;
  for (const [url, target] of table) assert.equal(options(url).target, target);
});

test('All options are read', () => {
  const url =
    'otlps://c?compression=none&timeout=2.5&header=X-Scope-OrgID:1&header=authorization:Bearer%20abc.def.ghi' +
    '&verify_ssl=/etc/ca.pem&clientcert=/etc/c.pem&clientkey=/etc/k.pem';
  const { isCompressed, timeoutMs, headers, tls, secrets } = options(url);
  assert.deepEqual(
    { isCompressed, timeoutMs, headers, tls, secrets },
    {
      isCompressed: false,
      timeoutMs: 2500,
      headers: [
        ['x-scope-orgid', '1'],
        ['authorization', 'Bearer abc.def.ghi'],
      ],
      tls: { isVerified: true, caFile: '/etc/ca.pem', certFile: '/etc/c.pem', keyFile: '/etc/k.pem' },
      secrets: ['Bearer abc.def.ghi', 'abc.def.ghi'],
    },
  );
  assert.deepEqual(options('otlps://c?verify_ssl=false').tls, { isVerified: false });
});

test('The user of the URL is sent as basic authentication', () => {
  const { headers, secrets } = options('otlp://ann:s%40crt@c');
  assert.deepEqual(headers, [['authorization', `Basic ${btoa('ann:s@crt')}`]]);
  assert.deepEqual(secrets, ['s@crt', btoa('ann:s@crt')]);
});

test('Every problem is told at once, and no secret', () => {
  const url =
    'otlp://ann@:x/path?protocol=udp&compression=br&timeout=0&header=nothing&header=te:x&header=grpc-x:1' +
    '&header=a-bin:1&header=a b:1&header=x:geheim%0Ax&verify_ssl=maybe&clientkey=/k&timeout=3&tls=1';
  const found = problems(url);
  const expected = [
    /no option "tls"/,
    /"timeout" is given more than once/,
    /protocol is "udp"; it must be grpc or http/,
    /compression is "br"; it must be gzip or none/,
    /timeout is "0"/,
    /verify_ssl is "maybe"/,
    /clientkey does nothing without clientcert/,
    /verify_ssl does nothing without TLS; write otlps/,
    /clientkey does nothing without TLS; write otlps/,
    /gRPC has no paths/,
    /no host/,
    /its port is not a number/,
    /a user without a password/,
    /a header has no name; write header=name:value/,
    /header te belongs to the protocol/,
    /header grpc-x belongs to the protocol/,
    /a-bin would have to be binary/,
    /"a b" is no name of a header/,
    /value of the header x must be printable ASCII/,
  ];
  for (const pattern of expected)
    assert.ok(
      found.some((problem) => pattern.test(problem)),
      String(pattern),
    );
  assert.equal(found.length, expected.length, found.join('\n'));
  assert.ok(!found.join().includes('geheim'));
});

test('Nothing of a password is shown that was taken for a path or a port', () => {
  assert.ok(
    !problems('otlp://ann:gehe/im@c')
      .join()
      .match(/gehe|im@/),
  );
});

test('Headers that exclude each other and empty file names are problems', () => {
  assert.match(problems('otlp://c?header=a:1&header=A:2').join(), /the header a is given more than once/);
  assert.match(problems('otlp://u:p@c?header=authorization:x').join(), /exclude each other/);
  assert.match(problems('otlps://c?clientcert=').join(), /clientcert is empty/);
  assert.match(problems('nothing at all: //').join(), /not a URL/);
});
