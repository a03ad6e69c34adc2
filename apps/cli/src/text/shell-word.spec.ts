import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { test } from 'node:test';
import fc from 'fast-check';
import { shellWord } from './shell-word.ts';

const words: readonly [text: string, word: string][] = [
  ['instance-0000002a', 'instance-0000002a'],
  ['qemu:///system', 'qemu:///system'],
  ['', "''"],
  ['two words', "'two words'"],
  ['$(reboot)', "'$(reboot)'"],
  ["it's", String.raw`'it'\''s'`],
  ['-rf', "'-rf'"],
];

for (const [text, word] of words) {
  test(`${JSON.stringify(text)} is written ${word}`, () => assert.equal(shellWord(text), word));
}

test('a shell reads every word back as the text it stands for', () => {
  const text = fc.string({ unit: 'binary' }).filter((one) => one.isWellFormed() && !one.includes('\0'));
  fc.assert(
    fc.property(fc.array(text, { maxLength: 20 }), (texts) => {
      const script = `for word in ${texts.map(shellWord).join(' ')}; do printf '%s\\0' "$word"; done`;
      const output = execFileSync('sh', ['-c', script], { encoding: 'utf8' });
      assert.deepEqual(output.split('\0').slice(0, -1), texts);
    }),
    { numRuns: 30 },
  );
});
