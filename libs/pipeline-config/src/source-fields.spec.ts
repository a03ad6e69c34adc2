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

function warningsOf(text: string): readonly string[] {
  return parsePolling(text, { file }).warnings.map(formatProblem);
}

/** A source that lacks nothing but the given lines. */
const source = (lines: string): string => `sources:\n  - name: a\n${lines.replace(/^/gm, '    ')}\n`;
const withInterval = (interval: string): string => source(`interval: ${interval}\nmeters: ["*"]`);
const withMeters = (meters: string): string => source(`interval: 300\nmeters: ${meters}`);
const withKey = (line: string): string => source(`interval: 300\nmeters: ["*"]\n${line}`);

for (const [interval, intervalMs] of [
  ['"30"', 30_000],
  ['" +30 "', 30_000],
  ['1.9', 1_000],
  ['1:30', 90_000],
  ['2147483', 2_147_483_000],
] as const) {
  test(`an interval of ${interval} is ${intervalMs} ms`, () => {
    assert.equal(configOf(withInterval(interval)).sources[0]?.intervalMs, intervalMs);
  });
}

for (const [interval, message] of [
  ['abc', 'Invalid interval value: expected a whole number of seconds, got text "abc"; for example interval: 300'],
  ['"1.5"', 'Invalid interval value: expected a whole number of seconds, got text "1.5"; for example interval: 300'],
  ['0', 'Interval value should > 0, got the number 0; for example interval: 300'],
  ['0.5', 'Interval value should > 0, got the number 0.5; for example interval: 300'],
  ['-5', 'Interval value should > 0, got the number -5; for example interval: 300'],
  ['null', 'Invalid interval value: expected a whole number of seconds, got nothing; for example interval: 300'],
  ['yes', 'Invalid interval value: expected a whole number of seconds, got true; for example interval: 300'],
  [
    '.inf',
    'Invalid interval value: expected a whole number of seconds, got the number Infinity; for example interval: 300',
  ],
  ['[1]', 'Invalid interval value: expected a whole number of seconds, got a list; for example interval: 300'],
  ['2147484', 'Invalid interval value: at most 2147483 seconds (24 days), got 2147484'],
] as const) {
  test(`an interval of ${interval} is refused with its line`, () => {
    assert.deepEqual(problemsOf(withInterval(interval)), [`polling.yaml:3: sources[0].interval: ${message}`]);
  });
}

test('an interval with a fraction is taken without it, and said so', () => {
  assert.deepEqual(warningsOf(withInterval('1.9')), [
    'polling.yaml:3: sources[0].interval: 1.9 is taken as 1 s: an interval is a whole number of seconds',
  ]);
});

for (const meters of [
  '["*","!disk"]',
  '["!a","!b"]',
  '["*"]',
  '["!*"]',
  '["*.rate","cpu"]',
  '["*","*.rate"]',
  '["*.x","!y"]',
  '[a, a]',
]) {
  test(`the meters ${meters} are accepted`, () => {
    const parsed = parsePolling(withMeters(meters), { file });
    assert.deepEqual([parsed.ok, parsed.warnings], [true, []]);
  });
}

const bothKinds = 'keep one kind: what is not listed is out, or what is not excluded is in';
for (const [meters, ...expected] of [
  ['[]', 'meters: No meters specified; list at least one, for example meters: ["*"]'],
  ['null', 'meters: No meters specified; list at least one, for example meters: ["*"]'],
  ['""', 'meters: No meters specified; list at least one, for example meters: ["*"]'],
  ['{}', 'meters: No meters specified; list at least one, for example meters: ["*"]'],
  ['[disk.*, "!disk.x"]', `meters: Both included and excluded meters specified (disk.* and !disk.x); ${bothKinds}`],
  ['["*", cpu, "!disk"]', `meters: Both included and excluded meters specified (cpu and !disk); ${bothKinds}`],
  [
    '["*", cpu]',
    'meters: Included meters specified with wildcard ("*" and cpu); "*" takes all meters, remove one of the two',
  ],
  ['cpu', 'meters: meters should be a list, got text "cpu"; write ["cpu"] for a list of one'],
  ['"!cpu"', 'meters: meters should be a list, got text "!cpu"; write ["!cpu"] for a list of one'],
  ['{cpu: 1}', 'meters: meters should be a list, got a mapping'],
  ['!!set {cpu}', 'meters: meters should be a list, got a set'],
  ['5', 'meters: meters should be a list, got the number 5'],
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

test('the plain text "*" works as it does in Ceilometer, and is warned about', () => {
  assert.deepEqual(configOf(withMeters('"*"')).sources[0]?.meters, ['*']);
  assert.deepEqual(warningsOf(withMeters('"*"')), [
    'polling.yaml:4: sources[0].meters: taken as ["*"]: meters should be a list',
  ]);
});

for (const key of ['resources', 'discovery'] as const) {
  const name = { resources: 'Resources', discovery: 'Discovery' }[key];
  for (const value of ['null', '[]', '""', '{}']) {
    test(`${key}: ${value} is an empty list`, () => {
      assert.deepEqual(configOf(withKey(`${key}: ${value}`)).sources[0]?.[key], []);
    });
  }
  for (const [value, message] of [
    ['x', `: ${name} should be a list, got text "x"; write ["x"] for a list of one`],
    ['{a: 1}', `: ${name} should be a list, got a mapping`],
    ['!!set {a}', `: ${name} should be a list, got a set`],
    ['[1]', '[0]: an entry should be a text, got the number 1; put it in quotes if it is meant as text'],
  ] as const) {
    test(`${key}: ${value} is refused with its line`, () => {
      assert.deepEqual(problemsOf(withKey(`${key}: ${value}`)), [`polling.yaml:5: sources[0].${key}${message}`]);
    });
  }
}
