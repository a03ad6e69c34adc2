import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { harmlessText } from './harmless-text.ts';

test('Markup, control characters and line ends go', () => {
  const page =
    '<!DOCTYPE html><html><head><title>413</title></head>\r\n<body><h1>Too <b>large</b></h1>\n<hr/><a href="x">nginx</a></body>';
  assert.equal(harmlessText(page), 'Too large nginx');
  assert.equal(harmlessText('{"error":\t"a\u0000b\u202ec\u001b[31m"}'), '{"error": "a b c [31m"}');
  for (const text of ['1 < 2 and 3 > 2', 'label:<name:"a" value:"b" >']) assert.equal(harmlessText(text), text);
});

test('Secrets are covered, also where one contains another', () => {
  assert.equal(harmlessText('a hunter2 b hunter22', ['hunter22', 'hunter2', '']), 'a *** b ***');
});

test('Any text becomes one line of bounded length', () => {
  fc.assert(
    fc.property(fc.string({ unit: 'binary', maxLength: 1000 }), (text) => {
      const shown = harmlessText(text);
      assert.match(shown, /^[^\p{Cc}\p{Cs}\p{Zl}\p{Zp}]*$/u);
      assert.ok([...shown].length <= 201);
    }),
  );
});
