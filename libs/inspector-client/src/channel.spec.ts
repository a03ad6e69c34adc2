import assert from 'node:assert/strict';
import { test } from 'node:test';
import { withDefaultPort } from './channel.ts';

test('a target without a port gets the inspectors default port', () => {
  const table = [
    ['node-1', 'node-1:7750'],
    ['node-1:1234', 'node-1:1234'],
    ['10.0.0.1', '10.0.0.1:7750'],
    ['[fd00::1]', '[fd00::1]:7750'],
    ['[fd00::1]:99', '[fd00::1]:99'],
    ['fd00::1', '[fd00::1]:7750'],
    ['unix:/run/nephometer/inspector.sock', 'unix:/run/nephometer/inspector.sock'],
  ] as const;
  for (const [target, expected] of table) assert.equal(withDefaultPort(target), expected);
});
