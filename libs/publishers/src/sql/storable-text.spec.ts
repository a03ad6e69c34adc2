import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { storableJson, storableText, storableTextOrNull } from './storable-text.ts';

test('What databases do not take in a text is replaced, and all else stays', () => {
  assert.equal(storableText('web-1 "世" 🖥 \u0001\n'), 'web-1 "世" 🖥 \u0001\n');
  assert.equal(storableText('a\0b\ud800c\0'), 'a\ufffdb\ufffdc\ufffd');
  assert.equal(storableTextOrNull(null), null);
  assert.equal(storableTextOrNull('\0'), '\ufffd');
});

test('In JSON the same is replaced in keys and values, and what only looks like it stays', () => {
  const value = { 'k\0': ['\udc00', '🖥', '\\u0000', '\\\0', '\\\\ud800', '\u0001'] };
  assert.deepEqual(JSON.parse(storableJson(value)), {
    'k\ufffd': ['\ufffd', '🖥', '\\u0000', '\\\ufffd', '\\\\ud800', '\u0001'],
  });
});

test('Any text is the same alone and in JSON', () => {
  const piece = fc.constantFrom('\0', '\\', 'u0000', '\ud800', '\udc00', '"', 'ud8', 'é', '\n');
  fc.assert(
    fc.property(fc.oneof(fc.string({ unit: piece }), fc.string({ unit: 'binary' })), (text) => {
      assert.equal(JSON.parse(storableJson(text)), storableText(text));
    }),
  );
});
