import assert from 'node:assert/strict';
import { test } from 'node:test';
import { parsePublisherUrl } from '../publisher-url.ts';
import { readRetention } from './retention-option.ts';

function read(query: string): { readonly ms: number | undefined; readonly problems: readonly string[] } {
  const parts = parsePublisherUrl(`sqlite:///x${query}`);
  assert.ok(parts);
  const problems: string[] = [];
  return { ms: readRetention(parts, problems), problems };
}

test('A retention is a time with a unit, or in seconds', () => {
  for (const [query, ms] of [
    ['', undefined],
    ['?retention=30d', 30 * 86_400_000],
    ['?retention=1.5D', 1.5 * 86_400_000],
    ['?retention=36h', 36 * 3_600_000],
    ['?retention=90m', 90 * 60_000],
    ['?retention=3600s', 3_600_000],
    ['?retention=7200', 7_200_000],
  ] as const) {
    assert.deepEqual(read(query), { ms, problems: [] });
  }
});

test('What is too short, too long or no time is told', () => {
  for (const text of ['30', '59m', '', 'd', '-1d', '30 days', '1e9d', '999999999d', 'for ever']) {
    const { ms, problems } = read(`?retention=${text}`);
    assert.equal(ms, undefined);
    assert.match(problems.join(), new RegExp(`^retention is "${text}"; it must be`));
  }
});
