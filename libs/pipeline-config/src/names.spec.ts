import assert from 'node:assert/strict';
import { test } from 'node:test';
import { nameOf, showName, showNames } from './names.ts';

test('scalars are names as Python writes them; nothing else is one', () => {
  assert.deepEqual(['a', '', 2015, 1.5, true, false, null, undefined, [], {}].map(nameOf), [
    'a',
    '',
    '2015',
    '1.5',
    'True',
    'False',
    'None',
    undefined,
    undefined,
    undefined,
  ]);
});

test('a name that would break a line, or fill it, is quoted or cut', () => {
  assert.deepEqual(['a b', '', 'a\nb', '\u001b[1m', 'x'.repeat(61)].map(showName), [
    'a b',
    '""',
    '"a\\nb"',
    '"\\u001b[1m"',
    `"${'x'.repeat(60)}"...`,
  ]);
});

test('of many names ten are shown', () => {
  const names = Array.from({ length: 12 }, (_, index) => `n${index}`);
  assert.equal(showNames(names), 'n0, n1, n2, n3, n4, n5, n6, n7, n8, n9 and 2 more');
  assert.equal(showNames(names.slice(0, 10)), 'n0, n1, n2, n3, n4, n5, n6, n7, n8, n9');
});
