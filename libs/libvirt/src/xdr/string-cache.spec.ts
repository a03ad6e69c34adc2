import assert from 'node:assert/strict';
import { Buffer } from 'node:buffer';
import { test } from 'node:test';
import fc from 'fast-check';
import { createStringCache } from './string-cache.ts';

void test('the text is that of the bytes, whatever was cached before, also when all texts share a slot', () => {
  fc.assert(
    fc.property(fc.array(fc.string({ unit: 'grapheme' })), fc.constantFrom(1, 2, 64), (texts, slots) => {
      const cache = createStringCache(slots);
      for (const text of [...texts, ...texts]) {
        const bytes = Buffer.from(`..${text}..`);
        assert.equal(cache(bytes, 2, bytes.length - 2), text);
      }
    }),
  );
});

void test('the cache does not keep the frame it learnt a text from', () => {
  const cache = createStringCache();
  const bytes = Buffer.from('state.state');
  cache(bytes, 0, bytes.length);
  bytes.write('xxxxx');
  assert.equal(cache(Buffer.from('state.state'), 0, 11), 'state.state');
  assert.equal(cache(bytes, 0, bytes.length), 'xxxxx.state');
});
