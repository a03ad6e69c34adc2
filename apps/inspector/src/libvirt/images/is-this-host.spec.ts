import assert from 'node:assert/strict';
import { hostname } from 'node:os';
import { test } from 'node:test';
import { isThisHost } from './is-this-host.ts';

const rows: readonly (readonly [daemon: string, own: string, isThis: boolean])[] = [
  ['node-1', 'node-1', true],
  ['node-1.example.org', 'node-1', true],
  ['node-1', 'node-1.example.org', true],
  ['Node-1.Example.org', 'node-1.example.org', true],
  ['node-1.example.org', 'node-1.example.net', false],
  ['node-2', 'node-1', false],
  ['node-1', 'node-10', false],
];
for (const [daemon, own, isThis] of rows) {
  void test(`a daemon on ${daemon} is ${isThis ? '' : 'not '}on the host ${own}`, () => {
    assert.equal(isThisHost(daemon, own), isThis);
  });
}

void test('this host is the one that the system names', () => assert.ok(isThisHost(hostname())));
