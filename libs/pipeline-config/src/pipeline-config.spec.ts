import assert from 'node:assert/strict';
import { readFile } from 'node:fs/promises';
import { test } from 'node:test';
import { formatProblem } from '@nephometer/service';
import fc from 'fast-check';
import { isPipelineConfig, parsePipeline, pollingOf } from './pipeline-config.ts';
import type { PipelineConfig } from './pipeline-config.ts';

const file = 'pipeline.yaml';

function configOf(text: string): PipelineConfig {
  const parsed = parsePipeline(text, { file });
  assert.ok(parsed.ok, JSON.stringify(parsed));
  return parsed.value;
}

function problemsOf(text: string): readonly string[] {
  const parsed = parsePipeline(text, { file });
  assert.ok(!parsed.ok, 'no problem found');
  return parsed.problems.map(formatProblem);
}

function warningsOf(text: string, doesPolling = false): readonly string[] {
  return parsePipeline(text, { file, doesPolling }).warnings.map(formatProblem);
}

const data = (name: string): Promise<Buffer> => readFile(new URL(`../testdata/${name}`, import.meta.url));

const good = `sources:
  - {name: all, meters: ["*"], sinks: [files]}
sinks:
  - name: files
    publishers:
      - file:///tmp/a
      - gnocchi
`;

test("Ceilometer's own pipeline.yaml is read without a problem or a warning", async () => {
  const parsed = parsePipeline(await data('pipeline-head.yaml'), { file });
  assert.ok(parsed.ok);
  assert.deepEqual(parsed.warnings, []);
  assert.deepEqual(parsed.value.sinks, [{ name: 'meter_sink', publishers: [{ url: 'gnocchi://', line: 11 }] }]);
});

test('of the default file of 2015 nothing but the transformers is refused, each with its line', async () => {
  const parsed = parsePipeline(await data('pipeline-2015.yaml'), { file, doesPolling: true });
  assert.ok(!parsed.ok);
  assert.deepEqual(parsed.warnings, []);
  assert.deepEqual(
    parsed.problems.map(({ line, path, message }) => `${line} ${path} ${/^[^;]*/.exec(message)?.[0]}`),
    [
      '44 sinks[1].transformers transformers are not supported yet (rate_of_change)',
      '55 sinks[2].transformers transformers are not supported yet (delta)',
      '64 sinks[3].transformers transformers are not supported yet (rate_of_change)',
      '79 sinks[4].transformers transformers are not supported yet (rate_of_change)',
    ],
  );
});

test('a publisher without "://" gets it appended, and knows its line', () => {
  assert.deepEqual(configOf(good).sinks[0]?.publishers, [
    { url: 'file:///tmp/a', line: 6 },
    { url: 'gnocchi://', line: 7 },
  ]);
});

for (const transformers of ['', '[]', 'null', '""']) {
  test(`transformers: ${transformers || 'nothing'} is the same as none`, () => {
    assert.deepEqual(parsePipeline(`${good}    transformers: ${transformers}\n`, { file }).warnings, []);
    assert.deepEqual(configOf(`${good}    transformers: ${transformers}\n`), configOf(good));
  });
}

const sinks = 'sinks:\n- {name: s, publishers: [a://]}\n- {name: t, publishers: [b://]}\n';

for (const [what, text, expected] of [
  [
    'nothing in it',
    'a: 1\n',
    [
      '1: sources: Both sources & sinks are required; add the one that is missing',
      '1: sinks: Both sources & sinks are required; add the one that is missing',
      '1: a: unknown key "a"; remove it (known: sources, sinks)',
    ],
  ],
  ['no sinks', 'sources: []\n', ['1: sinks: Both sources & sinks are required; add the one that is missing']],
  ['no sources', 'sinks: []\n', ['1: sources: Both sources & sinks are required; add the one that is missing']],
  [
    'a source without anything',
    `sources:\n- {}\n${sinks}`,
    [
      '2: sources[0].name: Required field name not specified; give every source a name of its own',
      '2: sources[0].meters: Missing meters value; list the meters, for example meters: ["*"]',
      '2: sources[0].sinks: Required field sinks not specified; list the sinks that its samples go to',
    ],
  ],
  [
    'sinks that are empty, a text, no texts',
    `sources:\n- {name: a, meters: ["*"], sinks: []}\n- {name: b, meters: ["*"], sinks: s}\n- {name: c, meters: ["*"], sinks: [~]}\n${sinks}`,
    [
      '2: sources[0].sinks: No sink defined in source a; list at least one of the sinks below',
      '3: sources[1].sinks: sinks should be a list, got text "s"; write ["s"] for a list of one',
      '4: sources[2].sinks[0]: the name of a sink should be a text, got nothing; put it in quotes',
    ],
  ],
  [
    'a sink that does not exist',
    'sources:\n- name: a\n  meters: ["*"]\n  sinks:\n  - meter_snik\n  - other\nsinks:\n- {name: meter_sink, publishers: [a://]}\n',
    [
      '5: sources[0].sinks[0]: Dangling sink meter_snik from source a; did you mean "meter_sink"? (sinks: meter_sink)',
      '6: sources[0].sinks[1]: Dangling sink other from source a; add the sink or remove the name (sinks: meter_sink)',
    ],
  ],
  [
    'the same names twice',
    `sources:\n- {name: a, meters: ["*"], sinks: [s]}\n- {name: a, meters: ["*"], sinks: [t]}\n${sinks}- {name: s, publishers: [c://]}\n`,
    [
      '3: sources[1].name: Duplicated source names: a (first on line 2); rename one of the two',
      '7: sinks[2].name: Duplicated sink names: s (first on line 5); rename one of the two',
    ],
  ],
  [
    'the same sink twice',
    `sources:\n- {name: a, meters: ["*"], sinks: [s, t, s]}\n${sinks}`,
    ['2: sources[0].sinks[2]: Duplicate pipeline name: a:s; a source names each sink once, remove this one'],
  ],
  [
    'publishers that are missing, empty, a text, no texts',
    `sources:\n- {name: a, meters: ["*"], sinks: [s, t, u, v]}\nsinks:\n- {name: s}\n- {name: t, publishers: []}\n- {name: u, publishers: a://}\n- {name: v, publishers: [5]}\n`,
    [
      '4: sinks[0].publishers: No publisher specified; list at least one, for example publishers: ["gnocchi://"]',
      '5: sinks[1].publishers: No publisher specified; list at least one, for example publishers: ["gnocchi://"]',
      '6: sinks[2].publishers: publishers should be a list, got text "a://"; write ["a://"] for a list of one',
      '7: sinks[3].publishers[0]: a publisher should be a text, got the number 5; put it in quotes if it is meant as text',
    ],
  ],
  [
    'mistyped keys',
    'sources:\n- {name: a, meter: [x], meters: [x], sinks: [s]}\nsinks:\n- {name: s, publisher: [a://], publishers: [a://]}\n',
    [
      '2: sources[0].meter: unknown key "meter"; did you mean "meters"? (known: name, meters, sinks, interval, resources, discovery)',
      '4: sinks[0].publisher: unknown key "publisher"; did you mean "publishers"? (known: name, publishers, transformers)',
    ],
  ],
  [
    'meters that contradict each other, and a bad interval',
    `sources:\n- {name: a, meters: [x, "!y"], interval: never, sinks: [s, t]}\n${sinks}`,
    [
      '2: sources[0].meters: Both included and excluded meters specified (x and !y); keep one kind: what is not listed is out, or what is not excluded is in',
      '2: sources[0].interval: Invalid interval value: expected a whole number of seconds, got text "never"; for example interval: 300',
    ],
  ],
  [
    'transformers of any shape',
    'sources:\n- {name: a, meters: [x], sinks: [s, t]}\nsinks:\n- {name: s, publishers: [a://], transformers: [{name: delta}, 5]}\n- {name: t, publishers: [a://], transformers: x}\n',
    [
      '4: sinks[0].transformers: transformers are not supported yet (delta, the number 5); remove them, and compute rates where the samples are stored',
      '5: sinks[1].transformers: transformers are not supported yet (text "x"); remove them, and compute rates where the samples are stored',
    ],
  ],
] as const) {
  test(`${what}: every problem with its line`, () => {
    assert.deepEqual(
      problemsOf(text),
      expected.map((line) => `pipeline.yaml:${line}`),
    );
  });
}

test('pipelines whose names come out the same are refused', () => {
  const text =
    'sources:\n- {name: "a:b", meters: [x], sinks: [c]}\n- {name: a, meters: [x], sinks: ["b:c"]}\n' +
    'sinks:\n- {name: c, publishers: [a://]}\n- {name: "b:c", publishers: [a://]}\n';
  assert.deepEqual(problemsOf(text), [
    'pipeline.yaml:3: sources[1].sinks[0]: Duplicate pipeline name: a:b:c; a source names each sink once, remove this one',
  ]);
});

test('source and sink may have one name', () => {
  assert.equal(
    configOf('sources:\n- {name: a, meters: [x], sinks: [a]}\nsinks:\n- {name: a, publishers: [a://]}\n').sources[0]
      ?.name,
    'a',
  );
});

const both =
  'sources:\n- name: a\n  interval: 60\n  counters: [cpu]\n  resources: [r]\n  discovery: [d]\n  sinks: [s, t]\n' +
  sinks;

test('what a file says about polling is ignored where polling.yaml says it, and warned about', () => {
  assert.deepEqual(warningsOf(both), [
    'pipeline.yaml:3: sources[0].interval: "interval" is ignored: polling.yaml says what is polled and when',
    'pipeline.yaml:4: sources[0].counters: the old name of "meters"; rename it',
    'pipeline.yaml:5: sources[0].resources: "resources" is ignored: polling.yaml says what is polled and when',
    'pipeline.yaml:6: sources[0].discovery: "discovery" is ignored: polling.yaml says what is polled and when',
  ]);
});

test('a file of 2015 does both jobs; the interval is ten minutes unless it says otherwise', () => {
  assert.deepEqual(warningsOf(both, true), [
    'pipeline.yaml:4: sources[0].counters: the old name of "meters"; rename it',
  ]);
  assert.deepEqual(pollingOf(configOf(both)), {
    sources: [{ name: 'a', intervalMs: 60_000, meters: ['cpu'], resources: ['r'], discovery: ['d'] }],
  });
  assert.deepEqual(pollingOf(configOf(good)), {
    sources: [{ name: 'all', intervalMs: 600_000, meters: ['*'], resources: [], discovery: [] }],
  });
});

test('a sink that nobody uses and a publisher that is listed twice are warnings', () => {
  const text =
    'sources:\n- {name: a, meters: [x], sinks: [s]}\nsinks:\n- {name: s, publishers: [a://, b://, a://]}\n- {name: t, publishers: [a://]}\n';
  assert.deepEqual(warningsOf(text), [
    'pipeline.yaml:4: sinks[0].publishers[2]: listed twice: every sample is sent there twice',
    'pipeline.yaml:5: sinks[1].name: no source names the sink t: nothing is sent there',
  ]);
});

test('a document with sinks looks like a pipeline.yaml', () => {
  assert.deepEqual([{ sinks: 1 }, { sources: [] }, null, 'sinks'].map(isPipelineConfig), [true, false, false, false]);
});

const value = fc.constantFrom(
  'a',
  's',
  '5',
  '~',
  'on',
  '""',
  '[a]',
  '[s, s]',
  '[]',
  '{}',
  '{a: b}',
  '["*"]',
  '!!set {a}',
  '[{name: x}]',
  '*x',
  '&x [1]',
);
const key = fc.constantFrom(
  'name',
  'meters',
  'counters',
  'sinks',
  'interval',
  'publishers',
  'transformers',
  '<<',
  '__proto__',
);
const entries = fc
  .array(fc.array(fc.tuple(key, value), { maxLength: 6 }), { maxLength: 4 })
  .map((list) => list.map((lines) => `- {${lines.map((pair) => pair.join(': ')).join(', ')}}\n`).join(''));
const faulty = fc.tuple(entries, entries).map(([sources, rest]) => `sources:\n${sources}sinks:\n${rest}`);

test('nothing makes the parser throw, and what it accepts is complete', () => {
  fc.assert(
    fc.property(
      fc.oneof(fc.uint8Array(), fc.string({ unit: 'binary' }), faulty),
      fc.boolean(),
      (input, doesPolling) => {
        const parsed = parsePipeline(input, { file, doesPolling });
        if (!parsed.ok) return assert.ok(parsed.problems.length > 0);
        const names = parsed.value.sinks.map((sink) => sink.name);
        for (const source of parsed.value.sources) assert.ok(source.sinks.every((name) => names.includes(name)));
      },
    ),
    { numRuns: 2000 },
  );
});
