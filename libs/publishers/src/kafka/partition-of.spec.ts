import assert from 'node:assert/strict';
import { test } from 'node:test';
import { murmur2 } from '@platformatic/kafka';
import fc from 'fast-check';
import { partitionOf } from './partition-of.ts';

test('Any key goes where the hash of the Kafka library says, with any number of partitions', () => {
  fc.assert(
    fc.property(fc.uint8Array({ maxLength: 50 }), fc.integer({ min: 1, max: 500 }), (bytes, partitions) => {
      const key = Buffer.from(bytes);
      assert.equal(partitionOf(key, partitions), (murmur2(key) & 0x7fffffff) % partitions);
    }),
  );
});

test('Keys go where the client for Java sends them', () => {
  // The hashes of these are in the tests of that client.
  const hashes = [
    ['21', -973932308],
    ['foobar', -790332482],
    ['a-little-bit-long-string', -985981536],
    ['a-little-bit-longer-string', -1486304829],
    ['lkjh234lh9fiuh90y23oiuhsafujhadof229phr9h19h89h8', -58897971],
  ] as const;
  for (const [key, hash] of hashes)
    assert.equal(partitionOf(Buffer.from(key), 1_000_003), (hash & 0x7fffffff) % 1_000_003);
});
