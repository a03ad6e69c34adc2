import assert from 'node:assert/strict';
import { readFile } from 'node:fs/promises';
import { test } from 'node:test';
import { formatProblem } from '@nephometer/service';
import { isPollingConfig, parsePolling } from './polling-config.ts';
import type { PollingConfig } from './polling-config.ts';

const file = 'polling.yaml';

function configOf(text: string | Uint8Array): PollingConfig {
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
const withKey = (line: string): string => source(`interval: 300\nmeters: ["*"]\n${line}`);

for (const [name, sources, meters] of [
  ['polling-19.0.0.yaml', 1, 29],
  ['polling-head.yaml', 1, 15],
  ['polling_all-head.yaml', 1, 1],
] as const) {
  test(`Ceilometer's own ${name} is read without a problem or a warning`, async () => {
    const parsed = parsePolling(await readFile(new URL(`../testdata/${name}`, import.meta.url)), { file: name });
    assert.ok(parsed.ok);
    assert.deepEqual(parsed.warnings, []);
    assert.equal(parsed.value.sources.length, sources);
    assert.equal(parsed.value.sources[0]?.meters.length, meters);
    assert.equal(parsed.value.sources[0]?.intervalMs, 300_000);
  });
}

test('a source is complete: lists that are missing are empty, seconds are milliseconds, meters know their lines', () => {
  assert.deepEqual(configOf('sources:\n- name: 2015\n  interval: 60\n  meters:\n    - cpu\n    - disk.*\n'), {
    file,
    sources: [
      { name: '2015', intervalMs: 60_000, meters: ['cpu', 'disk.*'], meterLines: [5, 6], resources: [], discovery: [] },
    ],
  });
  assert.deepEqual(configOf(withKey('resources: [r1, r2]\ndiscovery: [local_instances]')).sources[0], {
    name: 'a',
    intervalMs: 300_000,
    meters: ['*'],
    meterLines: [4],
    discoveryLines: [6],
    resources: ['r1', 'r2'],
    discovery: ['local_instances'],
  });
});

for (const [what, text, expected] of [
  [
    'no sources',
    'other: 1\n',
    [
      '1: sources: sources required; list what to poll under "sources:"',
      '1: other: unknown key "other"; remove it (known: sources, sinks)',
    ],
  ],
  [
    'sources that are no list',
    'sources: {a: 1}\n',
    ['1: sources: sources should be a list, got a mapping; write each source as "- name: ..."'],
  ],
  [
    'a source that is no mapping',
    'sources: [cpu]\n',
    ['1: sources[0]: a source should be a mapping, got text "cpu"; write each source as "- name: ..."'],
  ],
  [
    'a list instead of a mapping',
    '- a\n',
    ['1: the file should be a mapping that starts with "sources:", got a list; list what to poll under "sources:"'],
  ],
  [
    'a source without anything',
    'sources:\n- {}\n',
    [
      '2: sources[0].name: Required field name not specified; give every source a name of its own',
      '2: sources[0].interval: Missing interval value; write the seconds between two polls, for example interval: 300',
      '2: sources[0].meters: Missing meters value; list the meters, for example meters: ["*"]',
    ],
  ],
  [
    'a name that is none',
    'sources:\n- {name: [a], interval: 1, meters: ["*"]}\n- {name: 2015-12-01, interval: 1, meters: ["*"]}\n',
    [
      '2: sources[0].name: a source needs a text as its name, got a list; put the name in quotes',
      '3: sources[1].name: a source needs a text as its name, got a date; put the name in quotes',
    ],
  ],
  [
    'the same name twice, even where one is a number',
    'sources:\n- {name: 1, interval: 1, meters: ["*"]}\n- {name: b, interval: 1, meters: ["*"]}\n- {name: "1", interval: 1, meters: ["*"]}\n',
    ['4: sources[2].name: Duplicated source names: 1 (first on line 2); rename one of the two'],
  ],
  [
    'a mistyped key',
    withKey('intervall: 5'),
    [
      '5: sources[0].intervall: unknown key "intervall"; did you mean "interval"? ' +
        '(known: name, interval, meters, resources, discovery, sinks, group_id_coordination_expression)',
    ],
  ],
] as const) {
  test(`${what}: every problem with its line`, () => {
    assert.deepEqual(
      problemsOf(text),
      expected.map((line) => `polling.yaml:${line}`),
    );
  });
}

test('relations are checked even if single fields are wrong', () => {
  assert.deepEqual(
    problemsOf('sources:\n- {name: a, interval: 0, meters: [x]}\n- {name: a, interval: 1, meters: [x]}\n'),
    [
      'polling.yaml:2: sources[0].interval: Interval value should > 0, got the number 0; for example interval: 300',
      'polling.yaml:3: sources[1].name: Duplicated source names: a (first on line 2); rename one of the two',
    ],
  );
});

test('keys that only other versions of Ceilometer use are warnings that say why', () => {
  const text = `${withKey('sinks: [s]\ngroup_id_coordination_expression: "eval"')}sinks: []\n`;
  assert.equal(configOf(text).sources.length, 1);
  assert.deepEqual(warningsOf(text), [
    'polling.yaml:5: sources[0].sinks: "sinks" is ignored: which sinks a sample goes to is said in pipeline.yaml; remove it',
    'polling.yaml:6: sources[0].group_id_coordination_expression: "group_id_coordination_expression" is ignored: it is Python that Ceilometer would evaluate; several coordinators share the work by host instead; remove it',
    'polling.yaml:7: sinks: "sinks" is ignored: which sinks a sample goes to is said in pipeline.yaml; remove it',
  ]);
});

test('counters is read as the old name of meters, with lines of the file', () => {
  const text = source('interval: 300\ncounters:\n  - cpu\n  - disk');
  assert.deepEqual(configOf(text).sources[0]?.meterLines, [5, 6]);
  assert.deepEqual(warningsOf(text), ['polling.yaml:4: sources[0].counters: the old name of "meters"; rename it']);
  assert.deepEqual(problemsOf(withKey('counters: [cpu]')).length, 1);
});

test('no sources at all is a warning', () => {
  assert.deepEqual(configOf('sources: []\n').sources, []);
  assert.deepEqual(warningsOf('sources: []\n'), [
    'polling.yaml:1: sources: there are no sources: nothing is polled; add one',
  ]);
});

test('a document with sources and without sinks looks like a polling.yaml', () => {
  assert.deepEqual([{ sources: 1 }, { sources: [], sinks: [] }, { a: 1 }, null, []].map(isPollingConfig), [
    true,
    false,
    false,
    false,
    false,
  ]);
});
