import assert from 'node:assert/strict';
import { test } from 'node:test';
import { formatDuration, parseDuration } from './duration.ts';

for (const [text, ms] of [
  ['90', 90_000],
  ['90s', 90_000],
  ['10m', 600_000],
  ['1.5h', 5_400_000],
  [' 2 d ', 172_800_000],
  ['0', undefined],
  ['', undefined],
  ['ten', undefined],
  ['-1s', undefined],
  ['1w', undefined],
] as const) {
  test(`"${text}" is ${ms === undefined ? 'no time' : `${ms} ms`}`, () => assert.equal(parseDuration(text), ms));
}

for (const [ms, text] of [
  [900, '1 s'],
  [119_000, '119 s'],
  [120_000, '2 min'],
  [3_600_000, '1 h'],
  [5_400_000, '1 h 30 min'],
] as const) {
  test(`${ms} ms are shown as ${text}`, () => assert.equal(formatDuration(ms), text));
}
