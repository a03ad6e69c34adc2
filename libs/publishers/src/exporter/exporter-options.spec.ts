import assert from 'node:assert/strict';
import { test } from 'node:test';
import { ceilometerNaming } from '../series/ceilometer-naming.ts';
import { nativeNaming } from '../series/native-naming.ts';
import { parseExporterOptions } from './exporter-options.ts';

const defaults = { path: '/metrics', hasTimestamps: false, naming: nativeNaming, maxSeries: 1_000_000 };
const tcp = (host: string, port = 9464) => ({ kind: 'tcp', host, port }) as const;

test('A URL of an exporter says where it listens and what it shows', () => {
  const table = [
    ['exporter://127.0.0.1:9464/metrics', { ...defaults, address: tcp('127.0.0.1') }],
    ['exporter://localhost', { ...defaults, address: tcp('localhost') }],
    ['exporter://[::1]/', { ...defaults, address: tcp('::1') }],
    ['exporter://[::1]:80/samples/x', { ...defaults, address: tcp('::1', 80), path: '/samples/x' }],
    ['exporter://0.0.0.0:9101?insecure=1', { ...defaults, address: tcp('0.0.0.0', 9101) }],
    [
      'exporter://localhost?compat=ceilometer&ttl=90&max_series=5&timestamps=yes',
      {
        ...defaults,
        address: tcp('localhost'),
        naming: ceilometerNaming,
        ttlMs: 90_000,
        maxSeries: 5,
        hasTimestamps: true,
      },
    ],
    [
      'exporter://host.example:1?certfile=/c.pem&keyfile=/k.pem&cafile=/a.pem',
      {
        ...defaults,
        address: tcp('host.example', 1),
        tls: { certFile: '/c.pem', keyFile: '/k.pem', caFile: '/a.pem' },
      },
    ],
  ] as const;
  for (const [url, options] of table) assert.deepEqual(parseExporterOptions(url), { ok: true, options }, url);
});

test('What is wrong with a URL is said', () => {
  const table = [
    ['/a', /not a URL/],
    ['exporter://', /no host/],
    ['exporter://:9464', /no host/],
    ['exporter://127.0.0.1:0', /names no port/],
    ['exporter://127.0.0.1:99999', /no port/],
    ['exporter://me:secret@127.0.0.1', /a user and a password are not asked for/],
    ['exporter://0.0.0.0', /0\.0\.0\.0:9464 is open to other machines.*insecure=1/],
    ['exporter://10.0.0.1?certfile=/c&keyfile=/k', /is open to other machines/],
    ['exporter://localhost?certfile=/c', /TLS needs certfile and keyfile/],
    ['exporter://localhost?cafile=/c', /TLS needs certfile and keyfile/],
    ['exporter://localhost?certfile=&keyfile=/k', /certfile is empty/],
    ['exporter://localhost?compat=head', /compat is "head"; it must be ceilometer/],
    ['exporter://localhost?ttl=0', /ttl is "0"; it must be a whole number from 1/],
    ['exporter://localhost?max_series=many', /max_series is "many"/],
    ['exporter://localhost?timestamps=maybe', /timestamps is "maybe"/],
    ['exporter://localhost?timestamp=1', /no option "timestamp"/],
    ['exporter://localhost?ttl=1&ttl=2', /"ttl" is given more than once/],
  ] as const;
  for (const [url, problem] of table) {
    const parsed = parseExporterOptions(url);
    assert.ok(!parsed.ok, url);
    assert.deepEqual([parsed.problems.length, problem.test(parsed.problems.join())], [1, true], parsed.problems.join());
    assert.doesNotMatch(parsed.problems.join(), /secret/);
  }
});

test('All problems of a URL are said at once', () => {
  const parsed = parseExporterOptions('exporter://0.0.0.0?ttl=x&compat=y&keyfile=/k&more');
  assert.equal(parsed.ok ? 0 : parsed.problems.length, 5);
});
