import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { isQueueUrl, PASSWORD_VARIABLE, parseQueueAddress } from './queue-address.ts';
import type { QueueAddress } from './queue-address.ts';

const whole: QueueAddress = {
  host: 'broker',
  port: 5672,
  isTls: false,
  user: 'guest',
  password: 'guest',
  vhost: '/',
  exchange: 'ceilometer',
  keys: ['notifications.sample'],
  tlsFiles: {},
  shown: '',
};

const rows: readonly [text: string, expected: Partial<QueueAddress>][] = [
  ['amqp://broker', { shown: 'amqp://broker' }],
  ['amqp://broker/', { shown: 'amqp://broker/' }],
  ['AMQP://broker//', { shown: 'amqp://broker//' }],
  ['amqp://broker/%2F', { shown: 'amqp://broker/%2F' }],
  ['amqps://broker/nova', { isTls: true, port: 5671, vhost: 'nova', shown: 'amqps://broker/nova' }],
  [
    'amqp://u:se%40cret@broker:1234/v',
    { user: 'u', password: 'se@cret', port: 1234, vhost: 'v', shown: 'amqp://u@broker:1234/v' },
  ],
  ['amqp://u:a@b@broker', { user: 'u', password: 'a@b', shown: 'amqp://u@broker' }],
  ['amqp://u:p@[::1]:7/', { user: 'u', password: 'p', host: '::1', port: 7, shown: 'amqp://u@[::1]:7/' }],
  ['amqp://broker?topic=metering', { keys: ['metering.sample'], shown: 'amqp://broker?topic=metering' }],
  [
    'amqp://broker?topic=a&topic=b.sample&topic=a&exchange=openstack&queue=mine',
    {
      keys: ['a.sample', 'b.sample'],
      exchange: 'openstack',
      queue: 'mine',
      shown: 'amqp://broker?topic=a&topic=b.sample&topic=a&exchange=openstack&queue=mine',
    },
  ],
  [
    'amqps://broker?cacertfile=ca.pem&certfile=c.pem&keyfile=/k.pem',
    {
      isTls: true,
      port: 5671,
      tlsFiles: { ca: 'ca.pem', cert: 'c.pem', key: '/k.pem' },
      shown: 'amqps://broker?cacertfile=ca.pem&certfile=c.pem&keyfile=/k.pem',
    },
  ],
];

for (const [text, expected] of rows) {
  test(`${text} is understood`, () => {
    assert.ok(isQueueUrl(text));
    assert.deepEqual(parseQueueAddress(text, {}), { address: { ...whole, ...expected } });
  });
}

test('the password may be in the environment; one in the URL comes first', () => {
  const env = { [PASSWORD_VARIABLE]: 'from-env' };
  assert.equal(parseQueueAddress('amqp://u@broker', env).address?.password, 'from-env');
  assert.equal(parseQueueAddress('amqp://u:own@broker', env).address?.password, 'own');
});

for (const [text, problem] of [
  ['rabbit://u:s3cret@broker', /amqp:\/\//],
  ['amqp://', /no URL like|no host/],
  ['amqp://u:s3cret@broker:port', /no URL like/],
  ['amqp://u:s3cret/x@broker', /no URL like .*%2F/],
  ['amqp://u:1?s3cret@broker', /no URL like/],
  ['amqp://u:1#s3cret@broker', /no URL like/],
  ['amqp://u:1/s3cret@broker', /no URL like/],
  ['amqp://u:%zs3cret@broker', /hexadecimal/],
  ['amqp://u@broker', /no password for user "u": set NEPHOMETER_AMQP_PASSWORD/],
  ['amqp://u:s3cret@broker?exchagne=x', /"exchagne" \(did you mean "exchange"\?\)/],
  ['amqp://u:s3cret@broker?zzz=x', /"zzz" \(exchange, topic, /],
  ['amqp://u:s3cret@broker?topic=', /"topic" is empty/],
  ['amqp://u:s3cret@broker?queue=a&queue=b', /"queue" is there twice/],
  ['amqp://u:s3cret@broker?certfile=a', /need each other/],
] as const) {
  test(`${text} is refused, without the password`, () => {
    const result = parseQueueAddress(text, {});
    assert.match(result.problem ?? '', problem);
    assert.doesNotMatch(result.problem ?? '', /s3cret/);
  });
}

test('whatever the password, it is not shown', () => {
  const secret = fc.string({ minLength: 1, maxLength: 8, unit: 'binary' }).map((text) => `S3CRET${text}S3CRET`);
  fc.assert(
    fc.property(secret, fc.boolean(), (password, isEncoded) => {
      const text = `amqp://u:${isEncoded ? encodeURIComponent(password) : password}@broker:5672/v?topic=t`;
      const { address, problem } = parseQueueAddress(text, {});
      assert.ok(!(address?.shown ?? problem ?? '').includes('S3CRET'));
      if (isEncoded) assert.equal(address?.password, password);
    }),
  );
});

for (const [text, expected] of [
  ['/var/lib/samples.jsonl', false],
  ['samples.jsonl', false],
  ['./amqp:/x', false],
  ['amqps://h', true],
  ['rabbit://h', true],
] as const) {
  test(`${text} is ${expected ? 'a queue' : 'a file'}`, () => assert.equal(isQueueUrl(text), expected));
}
