import assert from 'node:assert/strict';
import { readFile } from 'node:fs/promises';
import { test } from 'node:test';
import { formatProblem } from '@nephometer/service';
import { isPipelineConfig, parsePipeline, pollingOf } from './pipeline-config.ts';
import type { PipelineConfig } from './pipeline-config.ts';

const file = 'pipeline.yaml';

function configOf(text: string, doesPolling = false): PipelineConfig {
  const parsed = parsePipeline(text, { file, doesPolling });
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
  assert.deepEqual(parsed.value.sinks, [
    { name: 'meter_sink', publishers: [{ url: 'gnocchi://', line: 11 }], transformers: [] },
  ]);
});

test('the default file of 2015 is read whole: transformers with their parameters and lines', async () => {
  const parsed = parsePipeline(await data('pipeline-2015.yaml'), { file, doesPolling: true });
  assert.ok(parsed.ok, JSON.stringify(parsed));
  assert.deepEqual(parsed.warnings, []);
  assert.deepEqual(
    parsed.value.sinks.map(({ name, transformers }) => [
      name,
      transformers.map((one) => `${one.place?.line} ${one.name}`),
    ]),
    [
      ['meter_sink', []],
      ['cpu_sink', ['45 rate_of_change']],
      ['cpu_delta_sink', ['56 delta']],
      ['disk_sink', ['65 rate_of_change']],
      ['network_sink', ['80 rate_of_change']],
    ],
  );
  const delta = parsed.value.sinks[2]?.transformers[0];
  assert.deepEqual(delta?.parameters, { target: { name: 'cpu.delta' }, growth_only: true });
  assert.deepEqual(delta?.place, {
    path: ['sinks', 2, 'transformers', 0],
    line: 56,
    parameterLines: new Map([
      ['', 57],
      ['target', 58],
      ['target.name', 59],
      ['growth_only', 60],
    ]),
  });
  assert.deepEqual(
    pollingOf(parsed.value).sources.map(({ name, intervalMs, meters }) => `${name} ${intervalMs} ${meters.length}`),
    ['meter_source 600000 1', 'cpu_source 600000 1', 'disk_source 600000 8', 'network_source 600000 4'],
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
    'lists and entries of the wrong kind',
    'sources: {a: 1}\nsinks: [s]\n',
    [
      '1: sources: sources should be a list, got a mapping; write each source as "- name: ..."',
      '2: sinks[0]: a sink should be a mapping, got text "s"; write each sink as "- name: ..."',
    ],
  ],
  [
    'a list instead of a mapping',
    '- a\n',
    ['1: the file should be a mapping that starts with "sources:", got a list; list what to poll under "sources:"'],
  ],
  [
    'sinks and publishers that are no texts',
    `sources:\n- {name: a, meters: ["*"], sinks: [s, [t], ~]}\n- {name: b, meters: ["*"], sinks: 5}\nsinks:\n- {name: s, publishers: [5]}\n- {name: t, publishers: {a: 1}}\n`,
    [
      '2: sources[0].sinks[1]: the name of a sink should be a text, got a list; put it in quotes',
      '2: sources[0].sinks[2]: Dangling sink None from source a; add the sink or remove the name (sinks: s, t)',
      '3: sources[1].sinks: sinks should be a list, got the number 5; for example sinks: [meter_sink]',
      '5: sinks[0].publishers[0]: a publisher should be a text, got the number 5; put it in quotes if it is meant as text',
      '6: sinks[1].publishers: publishers should be a list, got a mapping; for example publishers: ["gnocchi://"]',
    ],
  ],
  [
    'relations of sources and sinks without names, or without sinks at all',
    'sources:\n- {meters: [x], sinks: []}\n- {name: "a\\nb", meters: [x], sinks: [s]}\nsinks: []\n',
    [
      '2: sources[0].name: Required field name not specified; give every source a name of its own',
      '2: sources[0].sinks: No sink defined in source number 1; list at least one of the sinks below',
      '3: sources[1].sinks[0]: Dangling sink s from source "a\\nb"; add the sink or remove the name',
    ],
  ],
  [
    'transformers of the wrong shape',
    `sources:\n- {name: a, meters: [x], sinks: [s]}\nsinks:\n- name: s\n  publishers: [a://]\n  transformers:\n  - 5\n  - {name: 5, parameters: []}\n  - {name: "", parameters: x}\n  - {name: a, parameter: {}, parameters: [1]}\n`,
    [
      '7: sinks[0].transformers[0]: a transformer should be a mapping, got the number 5; write each one as "- name: ..." with "parameters:" below',
      '8: sinks[0].transformers[1].name: the name of a transformer should be a text, got the number 5; for example name: rate_of_change',
      '9: sinks[0].transformers[2].name: the name of a transformer should be a text, got empty text; for example name: rate_of_change',
      '9: sinks[0].transformers[2].parameters: parameters should be a mapping (KEY: VALUE lines), got text "x"; write each one on a line of its own',
      '10: sinks[0].transformers[3].parameters: parameters should be a mapping (KEY: VALUE lines), got a list; write each one on a line of its own',
      '10: sinks[0].transformers[3].parameter: unknown key "parameter"; did you mean "parameters"? (known: name, parameters)',
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
    'pipeline.yaml:3: sources[0].interval: "interval" is ignored: polling.yaml says what is polled and when; remove it',
    'pipeline.yaml:4: sources[0].counters: the old name of "meters"; rename it',
    'pipeline.yaml:5: sources[0].resources: "resources" is ignored: polling.yaml says what is polled and when; remove it',
    'pipeline.yaml:6: sources[0].discovery: "discovery" is ignored: polling.yaml says what is polled and when; remove it',
  ]);
});

test('a file of 2015 does both jobs; the interval is ten minutes unless it says otherwise', () => {
  assert.deepEqual(warningsOf(both, true), [
    'pipeline.yaml:4: sources[0].counters: the old name of "meters"; rename it',
  ]);
  const config = configOf(both, true);
  assert.deepEqual(pollingOf(config), {
    file,
    sources: [
      {
        name: 'a',
        intervalMs: 60_000,
        meters: ['cpu'],
        meterLines: [4],
        resources: ['r'],
        discovery: ['d'],
        discoveryLines: [6],
      },
    ],
  });
  assert.partialDeepStrictEqual(pollingOf(configOf(good, true)).sources, [
    { name: 'all', intervalMs: 600_000, meters: ['*'], resources: [], discovery: [] },
  ]);
});

test('a key that is ignored may hold anything, as in Ceilometer', () => {
  const text = both.replace('interval: 60', 'interval: never').replace('[r]', 'r').replace('[d]', '["d?x"]');
  assert.equal(configOf(text).sources[0]?.polling, undefined);
  assert.equal(warningsOf(text).length, 4);
  assert.equal(parsePipeline(text, { file, doesPolling: true }).ok, false);
});

test('a pipeline that says nothing of polling polls what a file of 2015 would poll by default', () => {
  assert.partialDeepStrictEqual(pollingOf(configOf(good)).sources, [
    { name: 'all', intervalMs: 600_000, meters: ['*'], meterLines: [2], resources: [], discovery: [] },
  ]);
});

test('what a discovery drops is warned about', () => {
  assert.deepEqual(warningsOf(both.replace('[d]', '["d:e?f=1#g", "#"]').replace('counters', 'meters'), true), [
    'pipeline.yaml:6: sources[0].discovery[0]: what follows "?" is ignored: a discovery is given a name and one parameter; remove it',
    'pipeline.yaml:6: sources[0].discovery[1]: what follows "#" is ignored: a discovery is given a name and one parameter; remove it',
  ]);
});

test('a sink that nobody uses and a publisher that is listed twice are warnings', () => {
  const text =
    'sources:\n- {name: a, meters: [x], sinks: [s]}\nsinks:\n- {name: s, publishers: [a://, b://, a://]}\n- {name: t, publishers: [a://]}\n';
  assert.deepEqual(warningsOf(text), [
    'pipeline.yaml:4: sinks[0].publishers[2]: listed twice: every sample is sent there twice; remove one of the two',
    'pipeline.yaml:5: sinks[1].name: no source names the sink t: nothing is sent there; name it or remove it',
  ]);
});

test('a document with sinks looks like a pipeline.yaml', () => {
  assert.deepEqual([{ sinks: 1 }, { sources: [] }, null, 'sinks'].map(isPipelineConfig), [true, false, false, false]);
});
