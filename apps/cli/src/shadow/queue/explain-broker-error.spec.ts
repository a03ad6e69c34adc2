import assert from 'node:assert/strict';
import { test } from 'node:test';
import { DeadlineError } from '@nephometer/abortable';
import { explainBrokerError } from './explain-broker-error.ts';
import type { NamedAddress } from './explain-broker-error.ts';

const address: NamedAddress = { host: '::1', port: 5672, user: 'u', vhost: 'v', exchange: 'x', queue: 'q' };

/** What no server of these tests makes happen; the others are seen happening. */
const rows: readonly [error: Error, expected: RegExp][] = [
  [new DeadlineError(5), /^no answer from \[::1\]:5672 \(not finished within 5 ms\)/],
  [withCode('connect EHOSTUNREACH', 'EHOSTUNREACH'), /^no answer from/],
  [withCode('getaddrinfo ENOTFOUND h', 'ENOTFOUND'), /^the name of the host/],
  [withCode('certificate has expired', 'CERT_HAS_EXPIRED'), /not accepted: certificate has expired$/],
  [withCode('x', 'ERR_SSL_TLSV13_ALERT_CERTIFICATE_REQUIRED'), /wants a certificate/],
  [new Error('Frame size 9 exceeds maxFrameSize 8'), /does not speak AMQP/],
  [new Error('something else\n', { cause: new Error('deeper') }), /^something else\n: deeper$/],
];

function withCode(message: string, code: string): Error {
  return Object.assign(new Error(message), { code });
}

for (const [error, expected] of rows) {
  test(`${error.message.trim()}: ${String(expected)}`, () =>
    assert.match(explainBrokerError(error, address), expected));
}
