import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import type { MetadataValue } from '@nephometer/sample';
import { parseJsonPath } from './json-path.ts';

const root: MetadataValue = {
  a: { b: 1, 'c d': null, list: [{ x: 2 }, { x: 3 }] },
  h: 'host',
  'with-dash': 4,
};

/** What Python's jsonpath-rw finds. */
const found: readonly (readonly [path: string, values: readonly MetadataValue[]])[] = [
  ['h', ['host']],
  ['$.h', ['host']],
  ['$', [root]],
  ['a.b', [1]],
  [' a . b ', [1]],
  ["a.'c d'", [null]],
  ['a."c d"', [null]],
  ['with-dash', [4]],
  ['a.none', []],
  ['h.b', []],
  ['a.(none|b)', [1]],
  ['a.(b|none|(list))', [1, [{ x: 2 }, { x: 3 }]]],
  ['a.b|h', [1, 'host']],
  ['(a.none)|(h)', ['host']],
  ['a.list[1].x', [3]],
  ['a.list.[0].x', [2]],
  ['a.list[7]', []],
  ['a[0]', []],
  ['constructor', []],
];

for (const [text, values] of found) {
  test(`The path ${text} finds ${JSON.stringify(values).slice(0, 40)}`, () => {
    const parsed = parseJsonPath(text);
    assert.ok(parsed.ok);
    assert.deepEqual(parsed.path.find(root), values);
  });
}

test('What cannot be read is told with its place', () => {
  for (const [text, problem] of [
    ['', /ends where a name should follow/],
    ['a.', /ends where a name should follow/],
    ['a..b', /"\." stands where a name should/],
    ['a.*', /"\*" cannot be read/],
    ['a[?(@.x)]', /"\[\?\(@\.x\)\]" cannot be read/],
    ['(a|b', /parenthesis is not closed/],
    ['a b', /nothing may follow before "b"/],
    ['a)', /nothing may follow before "\)"/],
    ['('.repeat(60), /more than 50 deep/],
    ["'open", /cannot be read/],
  ] as const) {
    const parsed = parseJsonPath(text);
    assert.ok(!parsed.ok, text);
    assert.match(parsed.problem, problem, text);
  }
});

test('Any text is a path or has a problem', () => {
  const piece = fc.constantFrom('a', '.', '|', '(', ')', '[0]', "'q'", ' ', '$', '*');
  fc.assert(
    fc.property(
      fc.array(piece).map((pieces) => pieces.join('')),
      (text) => {
        const parsed = parseJsonPath(text);
        assert.ok(parsed.ok ? Array.isArray(parsed.path.find(root)) : parsed.problem.length > 0);
      },
    ),
  );
});
