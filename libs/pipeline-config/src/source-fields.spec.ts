import assert from 'node:assert/strict';
import { test } from 'node:test';
import { formatProblem } from '@nephometer/service';
import { parsePolling } from './polling-config.ts';
import type { PollingConfig } from './polling-config.ts';

const file = 'polling.yaml';

function configOf(text: string): PollingConfig {
  const parsed = parsePolling(text, { file });
  assert.ok(parsed.ok, JSON.stringify(parsed));
  return parsed.value;
}

function problemsOf(text: string): readonly string[] {
  const parsed = parsePolling(text, { file });
  assert.ok(!parsed.ok, 'no problem found');
  return parsed.problems.map(formatProblem);
}

/** A source that lacks nothing but the given lines. */
const source = (lines: string): string => `sources:\n  - name: a\n${lines.replace(/^/gm, '    ')}\n`;
const withInterval = (interval: string): string => source(`interval: ${interval}\nmeters: ["*"]`);
const withMeters = (meters: string): string => source(`interval: 300\nmeters: ${meters}`);
const withKey = (line: string): string => source(`interval: 300\nmeters: ["*"]\n${line}`);

for (const [interval, intervalMs] of [
  ['1:30', 90_000],
  ['2147483', 2_147_483_000],
] as const) {
  test(`an interval of ${interval} is ${intervalMs} ms`, () => {
    assert.equal(configOf(withInterval(interval)).sources[0]?.intervalMs, intervalMs);
  });
}

test('an interval that no timer can take is refused', () => {
  assert.deepEqual(problemsOf(withInterval('"2147484"')), [
    'polling.yaml:3: sources[0].interval: Invalid interval value: at most 2147483 seconds (24 days), got text "2147484"; for example interval: 86400',
  ]);
});

for (const [meters, ...expected] of [
  ['{cpu: 1}', 'meters: meters should be a list, got a mapping; for example meters: ["*"]'],
  ['!!set {cpu}', 'meters: meters should be a list, got a set; for example meters: ["*"]'],
  ['5', 'meters: meters should be a list, got the number 5; for example meters: ["*"]'],
  [
    '[cpu, "", 5, ~, on, [x]]',
    'meters[1]: a meter should be a text, got empty text; remove the entry',
    'meters[2]: a meter should be a text, got the number 5; put it in quotes if it is meant as text',
    'meters[3]: a meter should be a text, got nothing; remove the entry',
    'meters[4]: a meter should be a text, got true; put it in quotes if it is meant as text',
    'meters[5]: a meter should be a text, got a list; put it in quotes if it is meant as text',
  ],
] as const) {
  test(`the meters ${meters} are refused with their line`, () => {
    assert.deepEqual(
      problemsOf(withMeters(meters)),
      expected.map((message) => `polling.yaml:4: sources[0].${message}`),
    );
  });
}

test('the line of a pattern is its own', () => {
  assert.deepEqual(problemsOf(withMeters('\n  - cpu\n  - 5')), [
    'polling.yaml:6: sources[0].meters[1]: a meter should be a text, got the number 5; put it in quotes if it is meant as text',
  ]);
});

for (const [key, value, message] of [
  ['resources', '[1]', '[0]: an entry should be a text, got the number 1; put it in quotes if it is meant as text'],
  ['discovery', '[""]', '[0]: an entry should be a text, got empty text; remove the entry'],
  ['discovery', '!!set {a}', ': Discovery should be a list, got a set; for example discovery: [local_instances]'],
] as const) {
  test(`${key}: ${value} is refused with its line`, () => {
    assert.deepEqual(problemsOf(withKey(`${key}: ${value}`)), [`polling.yaml:5: sources[0].${key}${message}`]);
  });
}

test('an empty set and empty binary data are as empty as an empty list', () => {
  const config = configOf(withKey('resources: !!set {}\ndiscovery: !!binary ""'));
  assert.partialDeepStrictEqual(config.sources, [{ resources: [], discovery: [] }]);
});
