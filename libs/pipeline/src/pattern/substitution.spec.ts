import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { test } from 'node:test';
import fc from 'fast-check';
import { PipelineError } from '../pipeline-error.ts';
import { createSubstitution } from './substitution.ts';

const vectors = JSON.parse(
  readFileSync(new URL('../../testdata/substitution-vectors.json', import.meta.url), 'utf8'),
) as readonly (readonly [string, string, string, string | null])[];

test('What matches is replaced as re.sub of Python replaces it, and refused where Python refuses it', () => {
  const different = vectors.flatMap(([pattern, replacement, text, expected]) => {
    const actual = outcomeOf(pattern, replacement, text);
    return actual === expected ? [] : [{ pattern, replacement, text, expected, actual }];
  });
  assert.deepEqual(different, []);
});

function outcomeOf(pattern: string, replacement: string, text: string): string | null {
  try {
    return createSubstitution(pattern, replacement)(text);
  } catch (error) {
    assert.ok(error instanceof PipelineError && error.code === 'bad_pattern', String(error));
    return null;
  }
}

const refused: readonly (readonly [string, string, RegExp])[] = [
  ['(a', '', /column 1: the parenthesis is not closed/],
  ['a)', '', /column 2: a closing parenthesis/],
  ['[ab', '', /column 1: the bracket is not closed/],
  ['[b-a]', '', /column 2: the range b-a ends before it begins/],
  ['[a-\\d]', '', /column 2: a class cannot bound a range/],
  ['*', '', /column 1: there is nothing before "\*" to repeat; write \\\*/],
  ['a**', '', /column 3: a quantifier behind a quantifier/],
  ['a*+', '', /column 3: possessive/],
  ['a{3,2}', '', /column 2: the least number/],
  ['a{5000}', '', /column 2: more than 1000 repetitions/],
  ['((a{30}){30}){30}', '', /needs more than 1000 steps/],
  ['(a*)*', '', /column 1: what is repeated here can be empty/],
  ['^+', '', /column 1: there is nothing here that can be repeated/],
  ['(a)\\1', '', /column 4: references to groups are not possible/],
  ['(?=a)', '', /column 1: of the groups with "\?" there are only/],
  ['(?i)a', '', /column 1: of the groups/],
  ['(?P<1>a)', '', /column 5: expected the name of a group/],
  ['(?P<x>a)(?P<x>b)', '', /column 13: two groups are named "x"/],
  ['\\q', '', /column 1: there is no escape \\q/],
  ['a\\', '', /column 2: a backslash at the end/],
  ['('.repeat(31) + ')'.repeat(31), '', /more than 30 groups are nested/],
  ['a'.repeat(1_001), '', /more than 1000 characters/],
  ['(a)', '\\2', /column 1: the pattern has no group 2, the last one is 1/],
  ['a', 'x\\1', /column 2: the pattern has no group 1, nor any other/],
  ['(?P<a>a)', '\\g<b>', /column 1: the pattern has no group named "b"/],
  ['a', '\\gb', /column 1: expected \\g<NAME>/],
  ['a', '\\d', /column 1: there is no escape \\d/],
  ['a', '\\101', /column 1: octal/],
  ['a', 'x\\', /column 2: a backslash at the end/],
];

for (const [pattern, replacement, message] of refused) {
  test(`Refused with the column: ${pattern.slice(0, 20)} and "${replacement}"`, () => {
    assert.throws(() => createSubstitution(pattern, replacement), { code: 'bad_pattern', message });
  });
}

test('Patterns over which a backtracking engine would despair are answered', () => {
  const text = `${'a'.repeat(254)}!`;
  for (const pattern of ['(a+)+$', '(a|a)+$', '(a|aa)+$', '.*.*.*.*.*.*=', '(.+)+(.+)+(.+)+=']) {
    assert.equal(createSubstitution(pattern, 'x')(text), text);
  }
});

test('Characters can be written by their number', () => {
  assert.equal(createSubstitution('\\x41|[\\u00e9\\b]', '-')('AéB\b'), '--B-');
});

test('A text that is too long is refused, and so many texts are remembered that it does not matter', () => {
  const substitute = createSubstitution('a', 'b');
  assert.throws(() => substitute('a'.repeat(256)), { code: 'bad_sample' });
  for (let count = 0; count < 2_100; count += 1) assert.equal(substitute(`a${count}`), `b${count}`);
  assert.equal(substitute('🦊a🦊'), '🦊b🦊');
  assert.equal(createSubstitution('.', '<\\g<0>>')('🦊a'), '<🦊><a>');
});

test('Whatever the pattern, it is compiled or refused, and what it makes of a text is a text', () => {
  const letters = fc.constantFrom(
    'a',
    '.',
    '*',
    '+',
    '?',
    '(',
    ')',
    '(?:',
    '[',
    ']',
    '^',
    '-',
    '|',
    '{2}',
    '\\',
    '\\1',
    '$',
  );
  const sources = fc.array(letters, { maxLength: 20 }).map((parts) => parts.join(''));
  fc.assert(
    fc.property(sources, sources, fc.string({ maxLength: 30 }), (pattern, replacement, text) => {
      assert.notEqual(outcomeOf(pattern, replacement, text), undefined);
    }),
    { numRuns: 500 },
  );
});
