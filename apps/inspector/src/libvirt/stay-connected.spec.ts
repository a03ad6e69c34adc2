import assert from 'node:assert/strict';
import { test } from 'node:test';
import { LibvirtError } from '@nephometer/libvirt';
import { retryWaitMs } from './stay-connected.ts';

void test('a daemon that is away is looked for often enough to be served within two seconds of its return', () => {
  for (const code of ['socket-not-found', 'connect-failed', 'connection-lost', 'timeout', 'libvirt'] as const) {
    const error = new LibvirtError(code, 'away');
    assert.deepEqual([retryWaitMs(error, 0), retryWaitMs(error, 0.5), retryWaitMs(error, 1)], [200, 450, 700]);
  }
  assert.equal(retryWaitMs(undefined, 1), 700);
});

void test('a daemon that refuses us is asked less often', () => {
  const error = new LibvirtError('auth-failed', 'polkit says no');
  assert.deepEqual([retryWaitMs(error, 0), retryWaitMs(error, 1)], [3000, 6000]);
});
