import assert from 'node:assert/strict';
import { test } from 'node:test';
import { tickOffset } from './tick-offset.ts';

test('an offset is stable', () => {
  // FNV-1a of "a" is 0xe40c292c, of "foobar" 0xbf9cf968.
  assert.equal(tickOffset('a', 60_000), 0xe40c292c % 60_000);
  assert.equal(tickOffset('foobar', 300_000), 0xbf9cf968 % 300_000);
});

test('offsets of many members spread over the interval', () => {
  const tenths = new Array<number>(10).fill(0);
  for (let member = 0; member < 1000; member += 1) {
    const tenth = Math.floor(tickOffset(`node-${member}/60s`, 60_000) / 6000);
    tenths[tenth] = (tenths[tenth] ?? 0) + 1;
  }
  for (const count of tenths) assert.ok(count > 50 && count < 150, `unevenly spread: ${tenths.join()}`);
});
