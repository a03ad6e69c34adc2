import assert from 'node:assert/strict';
import { test } from 'node:test';
import { formatProblem } from '@nephometer/service';
import { parsePipeline } from './pipeline-config.ts';
import { transformerProblems } from './plugin-problems.ts';

/**
 * What Ceilometer checks in a pipeline.yaml, row by row, and what we say of the same file. The messages about meters are those
 * of polling.yaml.
 */

const file = 'pipeline.yaml';
const sinks = `sinks:
- {name: s, publishers: ["gnocchi://"]}
- {name: t, publishers: ["file:///tmp/t"]}
`;
const source = (rest: string): string => `sources:\n- name: a\n  ${rest.replaceAll('\n', '\n  ')}\n`;

/** [the row, what Ceilometer says or does, the file, all that we say]. */
const refused: readonly (readonly [string, string, string, ...string[]])[] = [
  [
    'sources missing',
    'Both sources & sinks are required',
    'sinks: []\n',
    '1: sources: Both sources & sinks are required; add the one that is missing',
  ],
  [
    'sinks missing',
    'Both sources & sinks are required',
    'sources: []\n',
    '1: sinks: Both sources & sinks are required; add the one that is missing',
  ],
  [
    'duplicate source name',
    'Duplicated source names: X',
    `${source('meters: [x]\nsinks: [s]')}- {name: a, meters: [z], sinks: [t]}\n${sinks}`,
    '5: sources[1].name: Duplicated source names: a (first on line 2); rename one of the two',
  ],
  [
    'duplicate sink name',
    'Duplicated sink names: X',
    `${source('meters: [x]\nsinks: [s, t]')}${sinks}- {name: s, publishers: [x]}\n`,
    '8: sinks[2].name: Duplicated sink names: s (first on line 6); rename one of the two',
  ],
  [
    'source without name',
    'Required field name not specified',
    `sources:\n- {meters: [x], sinks: [s, t]}\n${sinks}`,
    '2: sources[0].name: Required field name not specified; give every source a name of its own',
  ],
  [
    'sink without name',
    'Required field name not specified',
    `${source('meters: [x]\nsinks: [s, t]')}${sinks}- {publishers: [x]}\n`,
    '8: sinks[2].name: Required field name not specified; give every sink a name of its own',
  ],
  [
    'source without sinks key',
    'Required field sinks not specified',
    `${source('meters: [x]')}${sinks}`,
    '2: sources[0].sinks: Required field sinks not specified; list the sinks that its samples go to',
  ],
  ...['[]', 'null', '""', '{}'].map(
    (none) =>
      [
        `empty sinks: ${none}`,
        'No sink defined in source X',
        `${source(`meters: [x]\nsinks: ${none}`)}${sinks}`,
        '4: sources[0].sinks: No sink defined in source a; list at least one of the sinks below',
      ] as const,
  ),
  [
    'unknown sink',
    'Dangling sink S from source X',
    `${source('meters: [x]\nsinks:\n- s\n- meter_snik')}${sinks}- {name: meter_sink, publishers: [x]}\n`,
    '6: sources[0].sinks[1]: Dangling sink meter_snik from source a; did you mean "meter_sink"? (sinks: s, t, meter_sink)',
  ],
  [
    'sinks as a text',
    'Dangling sink m from source X',
    `${source('meters: [x]\nsinks: meter_sink')}${sinks}`,
    '4: sources[0].sinks: sinks should be a list, got text "meter_sink"; write ["meter_sink"] for a list of one',
  ],
  [
    'meters missing',
    'Missing meters value',
    `${source('sinks: [s, t]')}${sinks}`,
    '2: sources[0].meters: Missing meters value; list the meters, for example meters: ["*"]',
  ],
  [
    'meters empty',
    'No meters specified',
    `${source('meters: []\nsinks: [s, t]')}${sinks}`,
    '3: sources[0].meters: No meters specified; list at least one, for example meters: ["*"]',
  ],
  [
    'meters mixed',
    'Both included and excluded meters specified',
    `${source('meters: [x, "!y"]\nsinks: [s, t]')}${sinks}`,
    '3: sources[0].meters: Both included and excluded meters specified (x and !y); keep one kind: what is not listed is out, or what is not excluded is in',
  ],
  ...['', '  publishers: []\n', '  publishers:\n'].map(
    (publishers) =>
      [
        `sink without publishers (${publishers.trim() || 'no key'})`,
        'No publisher specified',
        `${source('meters: [x]\nsinks: [s]')}sinks:\n- name: s\n${publishers}`,
        `${publishers === '' ? 6 : 7}: sinks[0].publishers: No publisher specified; list at least one, for example publishers: ["gnocchi://"]`,
      ] as const,
  ),
  [
    'publishers as a text',
    'one publisher per letter',
    `${source('meters: [x]\nsinks: [s]')}sinks:\n- {name: s, publishers: "gnocchi://"}\n`,
    '6: sinks[0].publishers: publishers should be a list, got text "gnocchi://"; write ["gnocchi://"] for a list of one',
  ],
  [
    'same source and sink pair twice',
    'Duplicate pipeline name: X:S',
    `${source('meters: [x]\nsinks: [s, t, s]')}${sinks}`,
    '4: sources[0].sinks[2]: Duplicate pipeline name: a:s; a source names each sink once, remove this one',
  ],
  [
    'parameters key absent in a transformer',
    'KeyError',
    `${source('meters: [x]\nsinks: [s]')}sinks:\n- name: s\n  publishers: [x]\n  transformers:\n  - name: delta\n`,
    '9: sinks[0].transformers[0].parameters: Required field parameters not specified; add "parameters:", left empty if the transformer needs none',
  ],
  [
    'name key absent in a transformer',
    'KeyError',
    `${source('meters: [x]\nsinks: [s]')}sinks:\n- name: s\n  publishers: [x]\n  transformers:\n  - parameters:\n`,
    '9: sinks[0].transformers[0].name: Required field name not specified; for example name: rate_of_change',
  ],
  [
    'transformers as a text',
    'TypeError',
    `${source('meters: [x]\nsinks: [s]')}sinks:\n- name: s\n  publishers: [x]\n  transformers: delta\n`,
    '8: sinks[0].transformers: transformers should be a list, got text "delta"; write each one as "- name: ..." with "parameters:" below',
  ],
];

for (const [row, upstream, text, ...expected] of refused) {
  test(`${row} (${upstream}) is refused at its line`, () => {
    const parsed = parsePipeline(text, { file, doesPolling: true });
    assert.ok(!parsed.ok, 'no problem found');
    assert.deepEqual(
      parsed.problems.map(formatProblem),
      expected.map((problem) => `${file}:${problem}`),
    );
  });
}

test('unknown transformer (No transformer named T loaded) is refused at its line', () => {
  const text = `${source('meters: [x]\nsinks: [s]')}sinks:
- name: s
  publishers: [x]
  transformers:
  - {name: rate_of_chance, parameters: }
  - {name: other, parameters: }
`;
  const parsed = parsePipeline(text, { file });
  assert.ok(parsed.ok, JSON.stringify(parsed));
  const factories = ['delta', 'rate_of_change'].map((name) => ({ name, validate: () => [] }));
  assert.deepEqual(transformerProblems(parsed.value, file, factories).map(formatProblem), [
    'pipeline.yaml:9: sinks[0].transformers[0].name: No transformer named "rate_of_chance" loaded; did you mean "rate_of_change"?',
    'pipeline.yaml:10: sinks[0].transformers[1].name: No transformer named "other" loaded; known are: delta, rate_of_change',
  ]);
});

test('a transformer whose parameters are null has none', () => {
  const transformer = '{name: accumulator, parameters: null}';
  const text = `${source('meters: [x]\nsinks: [s]')}sinks: [{name: s, publishers: [x], transformers: [${transformer}]}]\n`;
  const parsed = parsePipeline(text, { file });
  assert.ok(parsed.ok, JSON.stringify(parsed));
  assert.partialDeepStrictEqual(parsed.value.sinks[0]?.transformers, [{ name: 'accumulator', parameters: null }]);
});

test('a publisher without "://" gets it appended', () => {
  const parsed = parsePipeline(`${source('meters: [x]\nsinks: [s]')}sinks: [{name: s, publishers: [gnocchi]}]\n`, {
    file,
  });
  assert.ok(parsed.ok, JSON.stringify(parsed));
  assert.equal(parsed.value.sinks[0]?.publishers[0]?.url, 'gnocchi://');
});

test('an interval of 2015 is ten minutes if the source has none', () => {
  const parsed = parsePipeline(`${source('meters: [x]\nsinks: [s, t]')}${sinks}`, { file, doesPolling: true });
  assert.ok(parsed.ok, JSON.stringify(parsed));
  assert.deepEqual(parsed.value.sources[0]?.polling, { intervalMs: 600_000, resources: [], discovery: [] });
});
