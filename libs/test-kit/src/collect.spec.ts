import assert from 'node:assert/strict';
import { test } from 'node:test';
import { collect } from './collect.ts';

test('it takes as many items as asked for and tells the source to stop', async () => {
  let stopped = false;
  async function* endless(): AsyncGenerator<number> {
    try {
      for (let item = 1; ; item++) yield item;
    } finally {
      stopped = true;
    }
  }
  assert.deepEqual(await collect(endless(), 3), [1, 2, 3]);
  assert.ok(stopped);
  assert.deepEqual(await collect(endless(), 0), []);
});

test('a source that ends earlier is an error', async () => {
  async function* two(): AsyncGenerator<string> {
    yield* ['a', 'b'];
  }
  await assert.rejects(collect(two(), 3), /ended after 2 of 3/);
});
