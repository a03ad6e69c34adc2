import assert from 'node:assert/strict';
import { Readable } from 'node:stream';
import { test } from 'node:test';
import { readLines } from './read-lines.ts';

async function linesOf(...chunks: readonly (string | Buffer)[]): Promise<string[]> {
  const lines: string[] = [];
  for await (const some of readLines(Readable.from(chunks, { objectMode: false }))) lines.push(...some);
  return lines;
}

const cases: readonly [what: string, chunks: readonly (string | Buffer)[], lines: readonly string[]][] = [
  ['nothing', [], []],
  ['one line', ['a\n'], ['a']],
  ['a last line without an end', ['a\nb'], ['a', 'b']],
  ['an empty line', ['a\n\nb\n'], ['a', '', 'b']],
  ['a line in pieces', ['a', 'b', 'c\nd', '\n'], ['abc', 'd']],
  ['a character in two pieces', [Buffer.from([0xc3]), Buffer.from([0xa9, 0x0a])], ['é']],
];

for (const [what, chunks, lines] of cases) {
  test(`${what} is read as ${lines.length} lines`, async () => {
    assert.deepEqual(await linesOf(...chunks), lines);
  });
}

test('a line without an end is not kept in memory for ever', async () => {
  const chunk = 'x'.repeat(1024 * 1024);
  const lines = await linesOf(...Array.from({ length: 10 }, () => chunk));
  assert.equal(lines.join('').length, 10 * 1024 * 1024);
  assert.ok(lines.length > 1);
});
