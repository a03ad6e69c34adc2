import assert from 'node:assert/strict';
import { test } from 'node:test';
import { decodeText } from './decode-text.ts';

const file = 'a.yaml';

test('UTF-8 is decoded, and a byte order mark in front is dropped', () => {
  assert.deepEqual(decodeText(Buffer.from('\ufeffname: Größe'), { file }), {
    ok: true,
    value: 'name: Größe',
    warnings: [],
  });
});

test('bytes that are not UTF-8 are a problem with the line of the first one', () => {
  const parsed = decodeText(Buffer.from('a: 1\nb: 2\nc: \xe4\nd: \xf6\n', 'latin1'), { file });
  assert.deepEqual(parsed.ok ? [] : parsed.problems.map(({ line, message }) => [line, message]), [
    [3, 'the file is not valid UTF-8 from this line on; save it as UTF-8'],
  ]);
});

test('a sequence that the end of the file cuts is on the last line', () => {
  const parsed = decodeText(Buffer.from([0x61, 0x0a, 0xc3]), { file });
  assert.equal(parsed.ok ? undefined : parsed.problems[0]?.line, 2);
});

test('UTF-16 is recognised by its mark', () => {
  const parsed = decodeText(Buffer.from('\ufeffa: 1', 'utf16le'), { file });
  assert.equal(parsed.ok ? undefined : parsed.problems[0]?.message, 'the file is encoded in UTF-16; save it as UTF-8');
});
