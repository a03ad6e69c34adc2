import assert from 'node:assert/strict';
import { test } from 'node:test';
import { bytesRepr, encodedListRepr, listRepr } from './list-repr.ts';
import { PythonFloat } from './python-value.ts';

// What `repr(text.encode())` of CPython 3.11 gives.
const texts: readonly (readonly [string, string])[] = [
  ['', "b''"],
  ['plain text', "b'plain text'"],
  ["it's", 'b"it\'s"'],
  ['say "hi"', 'b\'say "hi"\''],
  [`it's "both"`, `b'it\\'s "both"'`],
  ['a\\b', "b'a\\\\b'"],
  ['\t\n\r\0\u0007\u007f', "b'\\t\\n\\r\\x00\\x07\\x7f'"],
  ['é☃\u{1f600}', "b'\\xc3\\xa9\\xe2\\x98\\x83\\xf0\\x9f\\x98\\x80'"],
];

for (const [text, expected] of texts) {
  test(`The bytes of ${JSON.stringify(text)} are written as Python writes them`, () => {
    assert.equal(bytesRepr(text), expected);
  });
}

test('Lists and dictionaries within are written whole, keys sorted by code point', () => {
  const list = ['é', [1, 2n ** 64n, new PythonFloat(-0), 0.5], { '\u{10000}': {}, '\uffff': [], a: [true, null] }];
  assert.equal(
    listRepr(list),
    "['é', [1, 18446744073709551616, -0.0, 0.5], {'a': [True, None], '\\uffff': [], '\u{10000}': {}}]",
  );
  assert.equal(
    encodedListRepr(list),
    "[b'\\xc3\\xa9', [1, 18446744073709551616, -0.0, 0.5], " +
      "{b'a': [True, None], b'\\xef\\xbf\\xbf': [], b'\\xf0\\x90\\x80\\x80': {}}]",
  );
});
