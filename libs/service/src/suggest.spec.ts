import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { suggest } from './suggest.ts';

const known = ['interval', 'meters', 'name', 'disk.device.read.bytes', 'disk.device.write.bytes', 'cpu'];

for (const [word, meant] of [
  ['intervall', 'interval'],
  ['intreval', 'interval'],
  ['INTERVAL', 'interval'],
  ['metres', 'meters'],
  ['disk.device.raed.bytes', 'disk.device.read.bytes'],
  ['cpi', 'cpu'],
  ['nmae', 'name'],
  ['listen', undefined],
  ['', undefined],
  ['x'.repeat(101), undefined],
] as const) {
  test(`"${word.slice(0, 30)}" suggests ${meant ?? 'nothing'}`, () => {
    assert.equal(suggest(word, known), meant);
  });
}

test('of equally near words the first one is suggested', () => {
  assert.equal(suggest('abcx', ['abcd', 'abce']), 'abcd');
});

test('one typo in a word of at least three letters is always forgiven', () => {
  const word = fc.stringMatching(/^[a-z]{3,40}$/);
  fc.assert(
    fc.property(word, fc.nat(), fc.constantFrom('drop', 'double', 'replace'), (original, seed, change) => {
      const at = seed % original.length;
      const middle = { drop: '', double: original.charAt(at).repeat(2), replace: '#' }[change];
      const typo = original.slice(0, at) + middle + original.slice(at + 1);
      assert.equal(suggest(typo, [original]), original);
    }),
  );
});
