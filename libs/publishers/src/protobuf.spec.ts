import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { varintLength, writeVarint } from './protobuf.ts';

test('Whole numbers are written as protobuf writes them, up to 2^53', () => {
  fc.assert(
    fc.property(fc.maxSafeNat(), (value) => {
      const bytes = new Uint8Array(10);
      const end = writeVarint(bytes, 0, value);
      assert.equal(end, varintLength(value));
      let read = 0n;
      for (let index = end - 1; index >= 0; index--) read = read * 128n + BigInt((bytes[index] ?? 0) & 127);
      assert.equal(read, BigInt(value));
      assert.ok(bytes.subarray(0, end - 1).every((byte) => byte >= 128) && (bytes[end - 1] ?? 128) < 128);
    }),
    { examples: [[0], [127], [128], [2 ** 28 - 1], [2 ** 28], [2 ** 32], [Number.MAX_SAFE_INTEGER]] },
  );
});
