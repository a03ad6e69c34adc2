import assert from 'node:assert/strict';
import { test } from 'node:test';
import { checkOptionNames, completePublisherUrl, optionOf, parsePublisherUrl } from './publisher-url.ts';

test('A URL is taken apart, and only its options are decoded', () => {
  assert.deepEqual(parsePublisherUrl('FILE://h:1/a%20b/c?json&x=1+2%263#end'), {
    scheme: 'file',
    authority: 'h:1',
    path: '/a%20b/c',
    options: [
      ['json', ''],
      ['x', '1 2&3'],
    ],
  });
});

test('What has no :// gets it appended', () => {
  assert.equal(completePublisherUrl('console'), 'console://');
  assert.equal(completePublisherUrl('test://x'), 'test://x');
  assert.equal(parsePublisherUrl('console')?.scheme, 'console');
});

test('What is no URL is none', () => {
  for (const url of ['', '://x', '1a://x', 'a b', '/var/log/x']) assert.equal(parsePublisherUrl(url), undefined, url);
});

test('Options that are unknown or given twice are each named once', () => {
  const parts = parsePublisherUrl('a://?x=1&x=2&y&y');
  assert.ok(parts);
  assert.deepEqual(checkOptionNames(parts, ['x', 'z']), [
    'the option "x" is given more than once',
    'there is no option "y"; it takes x, z; did you mean "x"?',
  ]);
  assert.deepEqual([optionOf(parts, 'x'), optionOf(parts, 'y'), optionOf(parts, 'z')], ['1', '', undefined]);
});
