import assert from 'node:assert/strict';
import { test } from 'node:test';
import { checkClock, describeClock } from './check-clock.ts';

const rows: readonly [offsetMs: number, roundTripMs: number, words: string, found: boolean][] = [
  [0, 4, '0 s ahead of', false],
  [1004, 4, '1.00 s ahead of', false],
  [1005, 4, '1.00 s ahead of', true],
  [-1005, 4, '1.00 s behind', true],
  [-4000, 3500, '4.00 s behind', false],
  [86_400_000, 4, '1d 00h ahead of', true],
];

for (const [offsetMs, roundTripMs, words, found] of rows) {
  test(`${offsetMs} ms over a round trip of ${roundTripMs} ms are ${found ? 'a warning' : 'fine'}`, () => {
    const findings = checkClock({ offsetMs, roundTripMs });
    assert.deepEqual(
      findings.map(({ code, severity }) => [code, severity]),
      found ? [['clock-offset', 'warning']] : [],
    );
    assert.ok(describeClock({ offsetMs, roundTripMs }).startsWith(`${words} this machine's, give or take `));
  });
}
