import assert from 'node:assert/strict';
import { test } from 'node:test';
import { domainStateName, domainStateReason } from './domain-state.ts';

for (const [state, reason, name, why] of [
  [0, 0, 'nostate', 'unknown'],
  [1, 1, 'running', 'booted'],
  [1, 11, 'running', 'postcopy-failed'],
  [3, 1, 'paused', 'user'],
  [3, 5, 'paused', 'ioerror'],
  [3, 14, 'paused', 'api-error'],
  [5, 2, 'shutoff', 'destroyed'],
  [5, 8, 'shutoff', 'daemon'],
  [6, 1, 'crashed', 'panicked'],
  [7, 0, 'pmsuspended', 'unknown'],
  [8, 3, 'unknown-8', 'unknown-3'],
  [1, 99, 'running', 'unknown-99'],
] as const) {
  void test(`state ${state} for reason ${reason} is ${name}, ${why}`, () => {
    assert.equal(domainStateName(state), name);
    assert.equal(domainStateReason(state, reason), why);
  });
}
