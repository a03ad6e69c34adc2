import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { quote } from './quote.ts';
import { parseYaml } from './yaml-document.ts';

test('a plain text is only put in quotes', () => {
  assert.equal(quote('Größe "1"'), '"Größe \\"1\\""');
});

test('line ends of every kind, controls and direction marks are escapes', () => {
  assert.equal(
    quote('a\n\r\u0085\u2028\u2029\u001b\u009b\u202e'),
    '"a\\n\\r\\u0085\\u2028\\u2029\\u001b\\u009b\\u202e"',
  );
});

test('what is quoted reads back as it was, in JSON and in YAML', () => {
  fc.assert(
    fc.property(fc.string({ unit: 'grapheme' }), (text) => {
      assert.equal(JSON.parse(quote(text)), text);
      const parsed = parseYaml(`- ${quote(text)}`, { file: 'a.yaml', dialect: 'yaml11' });
      assert.deepEqual(parsed.ok && parsed.value.value, [text]);
    }),
  );
});
