import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { displayWidth } from './display-width.ts';
import { wrapText } from './wrap.ts';

const cases: readonly [text: string, width: number, lines: readonly string[]][] = [
  ['', 10, ['']],
  ['one two', 10, ['one two']],
  ['one two three', 7, ['one two', 'three']],
  ['one two', 3, ['one', 'two']],
  ['a-very-long-word b', 4, ['a-very-long-word', 'b']],
  ['b a-very-long-word', 4, ['b', 'a-very-long-word']],
  ['東京 大阪', 8, ['東京', '大阪']],
  ['東京 大阪', 9, ['東京 大阪']],
];

for (const [text, width, lines] of cases) {
  test(`${JSON.stringify(text)} in ${width} columns is ${lines.length} lines`, () => {
    assert.deepEqual(wrapText(text, width), lines);
  });
}

test('no word is lost, and no line is too wide but one that is a single word', () => {
  const word = fc.string({ unit: 'grapheme', minLength: 1, maxLength: 12 }).filter((one) => !one.includes(' '));
  fc.assert(
    fc.property(fc.array(word, { minLength: 1 }), fc.integer({ min: 1, max: 40 }), (words, width) => {
      const lines = wrapText(words.join(' '), width);
      assert.equal(lines.join(' '), words.join(' '));
      for (const line of lines) assert.ok(displayWidth(line) <= width || !line.includes(' '), line);
    }),
  );
});
