import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { displayWidth, escapeControls, pad, truncate } from './display-width.ts';

const widths: readonly [text: string, width: number][] = [
  ['', 0],
  ['web-1', 5],
  ['Größe', 5],
  ['Gro\u0308\u00dfe', 5],
  ['東京', 4],
  ['한국', 4],
  ['ｗｅｂ', 6],
  ['😀', 2],
  ['👩‍💻', 2],
  ['🇩🇪', 2],
  ['❤️', 2],
  ['a\u200bb', 2],
];

for (const [text, width] of widths) {
  test(`${JSON.stringify(text)} takes ${width} columns`, () => {
    assert.equal(displayWidth(text), width);
  });
}

const cuts: readonly [text: string, width: number, result: string][] = [
  ['instance', 8, 'instance'],
  ['instance', 7, 'instan…'],
  ['東京タワー', 6, '東京…'],
  ['東京タワー', 5, '東京…'],
  ['東京', 1, '…'],
  ['東京', 0, ''],
];

for (const [text, width, result] of cuts) {
  test(`${text} cut to ${width} columns is "${result}"`, () => {
    assert.equal(truncate(text, width), result);
  });
}

test('padding counts columns, not characters', () => {
  assert.equal(pad('東京', 6, 'left'), '東京  ');
  assert.equal(pad('42', 6, 'right'), '    42');
  assert.equal(pad('too long', 3, 'right'), 'too long');
});

const escapes: readonly [text: string, result: string][] = [
  ['plain näme 東', 'plain näme 東'],
  ['\x1b[31mred\x07', '\\x1b[31mred\\x07'],
  ['a\r\nb\tc', 'a\\x0d\\x0ab\\x09c'],
  ['\u009b0m', '\\x9b0m'],
  ['abc\u202egnp.exe', 'abc\\u{202e}gnp.exe'],
  ['line\u2028two', 'line\\u{2028}two'],
  ['lone \ud800 half', 'lone \\u{d800} half'],
];

for (const [text, result] of escapes) {
  test(`${JSON.stringify(text)} is shown as ${result}`, () => {
    assert.equal(escapeControls(text), result);
  });
}

test('no text, however odd, gets a control character through or is cut to more columns than asked', () => {
  fc.assert(
    fc.property(fc.string({ unit: 'binary' }), fc.nat(30), (text, width) => {
      const safe = escapeControls(text);
      assert.doesNotMatch(safe, /\p{Cc}|\p{Cs}/u);
      assert.ok(displayWidth(truncate(safe, width)) <= width);
    }),
  );
});
