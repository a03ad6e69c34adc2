import assert from 'node:assert/strict';
import { test } from 'node:test';
import { formatProblem } from '@nephometer/service';
import { matchesMeter } from './meter-filter.ts';
import { parsePolling } from './polling-config.ts';

/**
 * What Ceilometer's polling agent makes of a source, row by row, and what we do with the same file. What it accepts we take
 * for the same; what it refuses we refuse in its words; where it crashes or does something that nobody meant, we refuse.
 */

const lines = (given: Readonly<Record<string, string>>): string => {
  const all = { name: 'a', interval: '300', meters: '["*"]', ...given };
  const kept = Object.entries(all).filter(([, value]) => value !== 'ABSENT');
  return `sources:\n  -\n${kept.map(([key, value]) => `    ${key}: ${value}\n`).join('')}`;
};

const seconds = 'for example interval: 300';
const oneMeter = 'for example meters: ["*"]';
const keepOneKind = 'keep one kind: what is not listed is out, or what is not excluded is in';

/** [what the table names, what Ceilometer says or does, the file, what we say, and on which line]. */
const refused: readonly (readonly [string, string, string, string])[] = [
  [
    'no sources key',
    'sources required',
    'other_tool: 1\n',
    '1: sources: sources required; list what to poll under "sources:"',
  ],
  [
    'no name',
    'Required field name not specified',
    lines({ name: 'ABSENT' }),
    '3: sources[0].name: Required field name not specified; give every source a name of its own',
  ],
  [
    'no meters',
    'Missing meters value',
    lines({ meters: 'ABSENT' }),
    '3: sources[0].meters: Missing meters value; list the meters, for example meters: ["*"]',
  ],
  ...['[]', 'null', '""', '{}', '0', 'false'].map(
    (meters) =>
      [
        `meters: ${meters}`,
        'No meters specified',
        lines({ meters }),
        `5: sources[0].meters: No meters specified; list at least one, ${oneMeter}`,
      ] as const,
  ),
  [
    'no interval',
    'Missing interval value',
    lines({ interval: 'ABSENT' }),
    `3: sources[0].interval: Missing interval value; write the seconds between two polls, ${seconds}`,
  ],
  ...[
    ['abc', 'text "abc"'],
    ['"1.5"', 'text "1.5"'],
    ['.nan', 'the number NaN'],
  ].map(
    ([interval = '', what]) =>
      [
        `interval: ${interval}`,
        'Invalid interval value',
        lines({ interval }),
        `4: sources[0].interval: Invalid interval value: expected a whole number of seconds, got ${what}; ${seconds}`,
      ] as const,
  ),
  ...[
    ['0', 'the number 0'],
    ['-5', 'the number -5'],
    ['0.9', 'the number 0.9'],
    ['false', 'false'],
    ['"-5"', 'text "-5"'],
  ].map(
    ([interval = '', what]) =>
      [
        `interval: ${interval}`,
        'Interval value should > 0',
        lines({ interval }),
        `4: sources[0].interval: Interval value should > 0, got ${what}; ${seconds}`,
      ] as const,
  ),
  ...[
    ['null', 'nothing'],
    ['[30]', 'a list'],
    ['{s: 30}', 'a mapping'],
    ['.inf', 'the number Infinity'],
  ].map(
    ([interval = '', what]) =>
      [
        `interval: ${interval}`,
        'a crash',
        lines({ interval }),
        `4: sources[0].interval: Invalid interval value: expected a whole number of seconds, got ${what}; ${seconds}`,
      ] as const,
  ),
  [
    'resources: x',
    'Resources should be a list',
    lines({ resources: 'x' }),
    '6: sources[0].resources: Resources should be a list, got text "x"; write ["x"] for a list of one',
  ],
  [
    'resources: {a: 1}',
    'Resources should be a list',
    lines({ resources: '{a: 1}' }),
    '6: sources[0].resources: Resources should be a list, got a mapping; for example resources: ["ID OR NAME OF AN INSTANCE"]',
  ],
  [
    'discovery: x',
    'Discovery should be a list',
    lines({ discovery: 'x' }),
    '6: sources[0].discovery: Discovery should be a list, got text "x"; write ["x"] for a list of one',
  ],
  [
    'discovery: {a: 1}',
    'Discovery should be a list',
    lines({ discovery: '{a: 1}' }),
    '6: sources[0].discovery: Discovery should be a list, got a mapping; for example discovery: [local_instances]',
  ],
  [
    'any included and any excluded',
    'Both included and excluded meters specified',
    lines({ meters: '["*", cpu, "!disk"]' }),
    `5: sources[0].meters: Both included and excluded meters specified (cpu and !disk); ${keepOneKind}`,
  ],
  [
    '["disk.*","!disk.x"]: disk.* starts with neither ! nor *',
    'Both included and excluded meters specified',
    lines({ meters: '["disk.*","!disk.x"]' }),
    `5: sources[0].meters: Both included and excluded meters specified (disk.* and !disk.x); ${keepOneKind}`,
  ],
  [
    '* and any included',
    'Included meters specified with wildcard',
    lines({ meters: '["*", cpu]' }),
    '5: sources[0].meters: Included meters specified with wildcard ("*" and cpu); "*" takes all meters, remove one of the two',
  ],
  [
    '"" in the list',
    'a crash',
    lines({ meters: '[cpu, ""]' }),
    '5: sources[0].meters[1]: a meter should be a text, got empty text; remove the entry',
  ],
  [
    'a number in the list',
    'a crash',
    lines({ meters: '[cpu, 5]' }),
    '5: sources[0].meters[1]: a meter should be a text, got the number 5; put it in quotes if it is meant as text',
  ],
  [
    'null in the list',
    'a crash',
    lines({ meters: '[cpu, null]' }),
    '5: sources[0].meters[1]: a meter should be a text, got nothing; remove the entry',
  ],
  [
    'meters: cpu',
    'c, p and u are polled',
    lines({ meters: 'cpu' }),
    '5: sources[0].meters: meters should be a list, got text "cpu"; write ["cpu"] for a list of one',
  ],
  [
    'meters: "!cpu"',
    'Both included and excluded meters specified',
    lines({ meters: '"!cpu"' }),
    '5: sources[0].meters: meters should be a list, got text "!cpu"; write ["!cpu"] for a list of one',
  ],
  [
    'two sources of one name',
    'they share matches, resources and blacklist',
    lines({}) + '  - {name: a, interval: 60, meters: [cpu]}\n',
    '6: sources[1].name: Duplicated source names: a (first on line 3); rename one of the two',
  ],
  [
    'an unknown key',
    'it is ignored',
    lines({ discovry: '[x]' }),
    '6: sources[0].discovry: unknown key "discovry"; did you mean "discovery"? ' +
      '(known: name, interval, meters, resources, discovery, sinks, group_id_coordination_expression)',
  ],
];

for (const [row, upstream, text, expected] of refused) {
  test(`${row} (${upstream}) is refused at its line`, () => {
    const parsed = parsePolling(text, { file: 'polling.yaml' });
    assert.ok(!parsed.ok, 'no problem found');
    const found = parsed.problems.map(formatProblem).filter((problem) => !problem.includes('"other_tool"'));
    assert.deepEqual(found, [`polling.yaml:${expected}`]);
  });
}

/** What stands in the file, what the source has then, the warnings it comes with. */
type AcceptedRow = readonly [given: Readonly<Record<string, string>>, has: object, warnings?: readonly string[]];

const accepted: readonly AcceptedRow[] = [
  [
    { name: 'null' },
    { name: 'None' },
    ['3: sources[0].name: the name of this source is taken as the text "None"; write a name, in quotes if need be'],
  ],
  [
    { name: 'yes' },
    { name: 'True' },
    ['3: sources[0].name: the name of this source is taken as the text "True"; write a name, in quotes if need be'],
  ],
  [
    { name: '""' },
    { name: '' },
    ['3: sources[0].name: the name of this source is taken as the text ""; write a name, in quotes if need be'],
  ],
  [{ name: '2015' }, { name: '2015' }],
  [{ interval: '"30"' }, { intervalMs: 30_000 }],
  [{ interval: '" +1_000 "' }, { intervalMs: 1_000_000 }],
  [
    { interval: '1.9' },
    { intervalMs: 1000 },
    ['4: sources[0].interval: 1.9 is taken as 1 s: an interval is a whole number of seconds; write 1'],
  ],
  [
    { interval: 'true' },
    { intervalMs: 1000 },
    ['4: sources[0].interval: true is taken as 1 s: an interval is a whole number of seconds; write 1'],
  ],
  ...['null', '""', '[]', '{}', '0', 'false'].flatMap(
    (value) =>
      [
        [{ resources: value }, { resources: [] }],
        [{ discovery: value }, { discovery: [] }],
      ] as const,
  ),
  ...(
    [
      ['*', '!disk'],
      ['!a', '!b'],
      ['*'],
      ['!*'],
      ['*.rate', 'cpu'],
      ['*', '*.rate'],
      ['*.x', '!y'],
      ['cpu', 'cpu'],
    ] as const
  ).map((meters) => [{ meters: JSON.stringify(meters) }, { meters }] as const),
  [
    { meters: '"*"' },
    { meters: ['*'] },
    ['5: sources[0].meters: taken as ["*"]: meters should be a list; write ["*"]'],
  ],
];

for (const [given, has, warnings = []] of accepted) {
  const [key = '', value] = Object.entries(given)[0] ?? [];
  test(`${key}: ${value} is accepted${warnings.length > 0 ? ' with a warning' : ''}`, () => {
    const parsed = parsePolling(lines(given), { file: 'polling.yaml' });
    assert.ok(parsed.ok, JSON.stringify(parsed));
    assert.partialDeepStrictEqual(parsed.value.sources[0], has);
    assert.deepEqual(
      parsed.warnings.map(formatProblem),
      warnings.map((warning) => `polling.yaml:${warning}`),
    );
  });
}

for (const [meters, answers] of [
  [['*'], { cpu: true, 'disk.read': true, '': true }],
  [['disk.*'], { 'disk.read': true, 'disk.device.read.bytes': true, disk: false }],
  [['!disk.*'], { 'disk.read': false, cpu: true }],
  [['*', '!disk.*'], { 'disk.read': false, cpu: true }],
  [['cpu*'], { cpu: true, cpu_util: true, CPU: false }],
  [['disk'], { disk: true, 'disk.read': false }],
  [['!*'], { cpu: false, disk: false }],
  [['*.rate'], { 'a.b.rate': true, rate: false }],
  [['[ab]pu'], { apu: true, cpu: false }],
] as const) {
  test(`meters: ${JSON.stringify(meters)} supports what the table says`, () => {
    const given = Object.keys(answers).map((name) => [name, matchesMeter(meters, name)]);
    assert.deepEqual(Object.fromEntries(given), answers);
  });
}
