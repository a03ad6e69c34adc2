import assert from 'node:assert/strict';
import { test } from 'node:test';
import { parseNotifierUrl } from './notifier-options.ts';
import { notifierPublisherFactory } from './notifier-publisher.ts';

const guest = { user: 'guest', password: 'guest' };
const standard = {
  brokers: [{ at: { host: 'h', port: 5672 }, ...guest }],
  virtualHost: '/',
  format: 'metering',
  topics: ['metering'],
  exchange: 'ceilometer',
  isPerMeter: false,
  isDurable: false,
  isAutoDelete: false,
  isQuorum: false,
  timeoutMs: 30_000,
} as const;

test('A URL without options says what Ceilometer does without them', () => {
  for (const url of ['notifier://h', 'notifier://h/', 'notifier://h//', 'NOTIFIER://guest:guest@h:5672/%2F']) {
    assert.deepEqual(parseNotifierUrl(url, {}), { ok: true, options: standard }, url);
  }
});

test('Each option is read', () => {
  const table: readonly (readonly [string, object])[] = [
    ['/nova', { virtualHost: 'nova' }],
    ['/a%2Fb', { virtualHost: 'a/b' }],
    ['?topic=a&topic=b', { topics: ['a', 'b'] }],
    ['?format=metering&driver=rabbit', {}],
    ['?format=polling', { format: 'polling', topics: ['notifications'] }],
    ['?format=polling&topic=t', { format: 'polling', topics: ['t'] }],
    ['?per_meter_topic=1', { isPerMeter: true }],
    ['?policy=queue&max_queue_length=-1&max_retry=100&driver=kombu', {}],
    ['?exchange=x', { exchange: 'x' }],
    ['?amqp_durable_queues=True&amqp_auto_delete=1', { isDurable: true, isAutoDelete: true }],
    ['?rabbit_quorum_queue=yes', { isDurable: true, isQuorum: true }],
    ['?timeout=0.5', { timeoutMs: 500 }],
    ['?ssl=1', { brokers: [{ at: { host: 'h', port: 5671 }, ...guest }], tls: { isVerified: true } }],
    [
      ':1?ssl=1&ssl_ca_file=ca.pem&ssl_cert_file=/c.pem&ssl_key_file=/k.pem&verify_ssl=0',
      {
        brokers: [{ at: { host: 'h', port: 1 }, ...guest }],
        tls: { isVerified: false, caFile: 'ca.pem', certFile: '/c.pem', keyFile: '/k.pem' },
      },
    ],
  ];
  for (const [rest, different] of table) {
    assert.deepEqual(
      parseNotifierUrl(`notifier://h${rest}`, {}),
      { ok: true, options: { ...standard, ...different } },
      rest,
    );
  }
});

test('Several hosts are as many addresses, each with its own user', () => {
  const parsed = parseNotifierUrl('notifier://u:p%40ss@h1:1,u2:a:b@[::1],h3/v', {});
  assert.deepEqual(parsed.ok ? parsed.options.brokers : parsed.problems, [
    { at: { host: 'h1', port: 1 }, user: 'u', password: 'p@ss' },
    { at: { host: '::1', port: 5672 }, user: 'u2', password: 'a:b' },
    { at: { host: 'h3', port: 5672 }, ...guest },
  ]);
});

const problemsOf = (url: string): readonly string[] => {
  const parsed = parseNotifierUrl(url, {});
  return parsed.ok ? [] : parsed.problems;
};

test('A URL without a host says what to write', () => {
  assert.deepEqual(problemsOf('notifier'), [
    'it names no RabbitMQ: set transport_url in coordinator.yaml to that of ceilometer.conf, or write it here, with ' +
      'notifier:// for rabbit://, as in notifier://user:password@rabbit.example.org:5672/',
  ]);
  assert.match(problemsOf('notifier:///nova').join(), /^it names a virtual host and no RabbitMQ; write both/);
});

test('A URL without a host is that of the transport_url, but for its own options', () => {
  const table: readonly (readonly [string, string, string])[] = [
    ['notifier://', 'rabbit://h', 'notifier://h'],
    ['notifier', 'kombu://u:p@h:1,v:q@[::1]:2/nova', 'notifier://u:p@h:1,v:q@[::1]:2/nova'],
    ['notifier:///?topic=a&topic=b', 'rabbit://h//', 'notifier://h//?topic=a&topic=b'],
    [
      'notifier://?ssl_ca_file=mine.pem',
      'rabbit://h/?ssl=1&ssl_ca_file=theirs.pem&amqp_durable_queues=true',
      'notifier://h/?ssl=1&ssl_ca_file=mine.pem&amqp_durable_queues=true',
    ],
    ['notifier://other', 'rabbit://h/nova?ssl=1', 'notifier://other'],
  ];
  for (const [url, transportUrl, same] of table) {
    assert.deepEqual(parseNotifierUrl(url, { transportUrl }), parseNotifierUrl(same, {}), `${url} ${transportUrl}`);
  }
});

test('What is wrong with the transport_url is said, without the password', () => {
  for (const [transportUrl, problem] of [
    ['amqp://u:hidden@h', /transport_url is that of no RabbitMQ; one looks like rabbit:/],
    ['u:hidden@h', /transport_url is that of no RabbitMQ/],
    ['rabbit:///nova', /transport_url is that of no RabbitMQ/],
    [
      'rabbit://u:hidden@h?topic=x',
      /the transport_url is wrong: there is no option "topic"; it takes amqp_durable_queues/,
    ],
    ['rabbit://u:hidden@h:x', /the port is "x"/],
  ] as const) {
    const parsed = parseNotifierUrl('notifier://', { transportUrl });
    const problems = parsed.ok ? [] : parsed.problems;
    assert.equal(problems.length, 1, transportUrl);
    assert.match(problems.join(), problem);
    assert.doesNotMatch(problems.join(), /hidden/);
  }
});

test('Where it is not known what coordinator.yaml says, a URL without a host is fine', () => {
  assert.deepEqual(notifierPublisherFactory.validate('notifier://'), []);
  assert.deepEqual(notifierPublisherFactory.validate('notifier://?ssl_ca_file=ca.pem'), []);
  assert.equal(notifierPublisherFactory.validate('notifier://', {}).length, 1);
  assert.deepEqual(notifierPublisherFactory.validate('notifier://', { transportUrl: 'rabbit://h' }), []);
  assert.equal(notifierPublisherFactory.validate('notifier://?ttl=1').length, 1);
});

test('What is wrong with a URL is said, without the password', () => {
  const table: readonly (readonly [string, RegExp])[] = [
    ['/x', /not a URL/],
    ['notifier://u@h', /a user without a password/],
    ['notifier://u:hidden@', /names no host/],
    ['notifier://u:hidden@h:x', /the port is "x"/],
    ['notifier://h?driver=kafka', /driver is "kafka"; it must be one of rabbit, kombu/],
    ['notifier://h?policy=lose', /policy is "lose"; it must be one of default, queue, drop/],
    ['notifier://h?max_retry=many', /max_retry is "many"; it must be a whole number/],
    ['notifier://h?max_queue_length=', /max_queue_length is ""/],
    ['notifier://h?format=json', /format is "json"; it must be one of metering, polling/],
    ['notifier://h?format=polling&per_meter_topic=1', /per_meter_topic goes with format=metering only/],
    ['notifier://h?topic=', /topic is empty/],
    ['notifier://h?exchange=', /exchange is empty/],
    [`notifier://h?topic=${'x'.repeat(250)}`, /topic is longer than the 255 bytes/],
    ['notifier://h?topic=a&topic=a', /a topic is there twice/],
    ['notifier://h?exchange=a&exchange=b', /"exchange" is given more than once/],
    ['notifier://h?ssl_ca_file=/ca.pem', /ssl_ca_file does nothing without ssl=1/],
    ['notifier://h?ssl=1&ssl_ca_file=', /ssl_ca_file is empty/],
    ['notifier://h?ssl=1&ssl_key_file=/k.pem', /ssl_key_file does nothing without ssl_cert_file/],
    ['notifier://h?ssl=maybe', /ssl is "maybe"/],
    ['notifier://h?timeout=0', /timeout is "0"/],
    ['notifier://h?ttl=1', /no option "ttl"; it takes topic, driver/],
  ];
  for (const [url, problem] of table) {
    const problems = problemsOf(url);
    assert.equal(problems.length, 1, `${url}: ${problems.join('; ')}`);
    assert.match(problems.join(), problem);
    assert.doesNotMatch(problems.join(), /hidden/);
  }
});

test('All problems of a URL are said at once', () => {
  assert.equal(problemsOf('notifier://u@h:0,[x]?ttl=1&driver=x&ssl=x').length, 6);
});
