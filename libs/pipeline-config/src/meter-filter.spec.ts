import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { createMeterFilter, matchesMeter } from './meter-filter.ts';

for (const [patterns, supported, others] of [
  [['*'], ['cpu', 'disk.device.read.bytes', ''], []],
  [['disk.*'], ['disk.read', 'disk.device.read.bytes'], ['disk', 'cpu']],
  [['!disk.*'], ['cpu', 'disk'], ['disk.read']],
  [['*', '!disk.*'], ['cpu'], ['disk.read']],
  [['cpu*'], ['cpu', 'cpu_util'], ['CPU', 'vcpus']],
  [['disk'], ['disk'], ['disk.read', 'xdisk']],
  [['!*'], [], ['cpu', 'disk']],
  [['*.rate'], ['a.b.rate'], ['rate', 'a.rates']],
  [['*.rate', '!disk.*'], ['cpu.rate'], ['disk.rate', 'cpu']],
  [['[ab]pu'], ['apu', 'bpu'], ['cpu', 'abpu']],
  [['[!c]pu'], ['apu'], ['cpu']],
  [['[a-c]pu'], ['apu', 'bpu', 'cpu'], ['dpu', '-pu']],
  [['[a-]x'], ['ax', '-x'], ['bx']],
  [['[]-a]x'], [']x', '_x', 'ax'], ['bx', '[x']],
  [['[c-a]x'], [], ['ax', 'bx', 'cx']],
  [['[cpu'], ['[cpu'], ['cpu', 'c']],
  [['[^a]x'], ['^x', 'ax'], ['bx']],
  [['c?u'], ['cpu', 'c.u', 'c😀u'], ['cu', 'cppu']],
  [['a.b'], ['a.b'], ['axb']],
  [['a+(b|c)$'], ['a+(b|c)$'], ['ab']],
  [['a\\*'], ['a\\', 'a\\b'], ['a*']],
  [['**a**'], ['a', 'bab'], ['b']],
  [['a*b*c'], ['abc', 'axbxbxc'], ['abcd', 'acb']],
  [['cpu', 'memory.*'], ['cpu', 'memory.usage'], ['memory']],
  [
    ['!cpu', '!memory.*'],
    ['disk', 'memory'],
    ['cpu', 'memory.usage'],
  ],
] as const) {
  test(`${JSON.stringify(patterns)} supports the meters it should and no others`, () => {
    const supports = createMeterFilter(patterns);
    assert.deepEqual(
      supported.filter((name) => !supports(name)),
      [],
    );
    assert.deepEqual(
      others.filter((name) => supports(name)),
      [],
    );
  });
}

test('a single question has the same answer as the compiled filter', () => {
  assert.equal(matchesMeter(['disk.*'], 'disk.read'), true);
  assert.equal(matchesMeter(['disk.*'], 'cpu'), false);
});

const expressions = new Map([
  ['*', '.*'],
  ['?', '.'],
  ['.', '\\.'],
]);

test('a pattern made of stars and single characters is decided as a regular expression decides it', () => {
  const part = fc.constantFrom('*', '?', 'a', 'b', '.');
  const name = fc.array(fc.constantFrom('a', 'b', '.'), { maxLength: 12 });
  fc.assert(
    fc.property(fc.array(part, { maxLength: 8 }), name, (pattern, letters) => {
      const expression = pattern.map((piece) => expressions.get(piece) ?? piece).join('');
      const expected = new RegExp(`^${expression}$`, 's').test(letters.join(''));
      assert.equal(matchesMeter([pattern.join('')], letters.join('')), expected);
    }),
    { numRuns: 2000 },
  );
});

test('a pattern that would make a regular expression run for ever is decided', () => {
  assert.equal(matchesMeter(['*a'.repeat(200) + 'b'], 'a'.repeat(5000)), false);
});
