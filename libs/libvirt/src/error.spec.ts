import assert from 'node:assert/strict';
import { test } from 'node:test';
import * as errors from './error.ts';
import { LibvirtError } from './error.ts';

const fields = { domain: 10, message: 'm', level: 2, str1: undefined, str2: undefined, int1: -1 };
const daemonError = (code: number, message = 'm'): LibvirtError =>
  LibvirtError.fromDaemon({ ...fields, code, message }, 'DOMAIN_GET_INFO of vm1');

void test('a daemon error has the names of its numbers, and says what was asked', () => {
  const error = daemonError(42, 'no such domain');
  assert.equal(error.message, 'DOMAIN_GET_INFO of vm1: no such domain (NO_DOMAIN)');
  assert.equal(error.libvirt?.codeName, 'NO_DOMAIN');
  assert.equal(error.libvirt?.domainName, 'QEMU');
});

void test('numbers that are not known are named after themselves', () => {
  const error = LibvirtError.fromDaemon({ ...fields, code: 4242, domain: -1 }, 'x');
  assert.equal(error.libvirt?.codeName, 'UNKNOWN_4242');
  assert.equal(error.libvirt?.domainName, 'UNKNOWN_-1');
});

const predicates = [
  ['isNoDomain', [42]],
  ['isNoDomainMetadata', [80]],
  ['isNoServer', [95]],
  ['isNoSupport', [3, 74, 84]],
  ['isOperationInvalid', [55]],
  ['isOperationTimeout', [68]],
  ['isDenied', [29, 88]],
] as const;

for (const [name, codes] of predicates) {
  void test(`${name} recognises ${codes.join(', ')} and nothing else`, () => {
    const recognised = Array.from({ length: 120 }, (_, code) => code).filter((code) => errors[name](daemonError(code)));
    assert.deepEqual(recognised, codes);
    assert.equal(errors[name](new LibvirtError('timeout', 'x')), false);
    assert.equal(errors[name](new Error('x')), false);
    assert.equal(errors[name](undefined), false);
  });
}

void test('a procedure the daemon does not know is not supported; other RPC errors are not that', () => {
  assert.equal(errors.isNoSupport(daemonError(39, 'unknown procedure: 453')), true);
  assert.equal(errors.isNoSupport(daemonError(39, 'authentication required')), false);
});
