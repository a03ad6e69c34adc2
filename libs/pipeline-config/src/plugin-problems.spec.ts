import assert from 'node:assert/strict';
import { test } from 'node:test';
import { formatProblem } from '@nephometer/service';
import { parsePipeline, pollingOf } from './pipeline-config.ts';
import type { PipelineConfig } from './pipeline-config.ts';
import { discoveryProblems, publisherProblems, transformerProblems } from './plugin-problems.ts';
import { parsePolling } from './polling-config.ts';

const file = 'pipeline.yaml';

function configOf(text: string): PipelineConfig {
  const parsed = parsePipeline(text, { file, doesPolling: true });
  assert.ok(parsed.ok, JSON.stringify(parsed));
  return parsed.value;
}

const known = ['local_instances', 'local_node', 'endpoint'];

for (const [url, message] of [
  ['local_instances', undefined],
  ['Endpoint://identity', undefined],
  ['local_instance', 'no discovery is named "local_instance"; did you mean "local_instances"?'],
  ['Local_Instances', 'no discovery is named "Local_Instances"; did you mean "local_instances"?'],
  [
    'local_instances://p',
    'no discovery is named "local_instances://p": a name with "_" cannot be given a parameter, so the whole text is the name; did you mean "local_instances"?',
  ],
  [
    '"local_node:"',
    'no discovery is named "local_node:": a name with "_" cannot be given a parameter, so the whole text is the name; did you mean "local_node"?',
  ],
  ['endpoint', undefined],
  ['endpiont:identity', 'no discovery is named "endpiont"; did you mean "endpoint"?'],
  ['"1endpoint:x"', 'no discovery is named "1endpoint:x"; did you mean "endpoint"?'],
  ['tenant', 'no discovery is named "tenant"; known are: local_instances, local_node, endpoint'],
  ['"?"', 'no discovery is named ""; known are: local_instances, local_node, endpoint'],
  [
    '"a\\nb_c:"',
    'no discovery is named "ab_c:": a name with "_" cannot be given a parameter, so the whole text is the name; known are: local_instances, local_node, endpoint',
  ],
] as const) {
  test(`the discovery ${url} ${message === undefined ? 'is found' : 'is nobody, and what was meant is said'}`, () => {
    const text = `sources:\n- name: a\n  interval: 60\n  meters: ["*"]\n  discovery:\n  - ${url}\n`;
    const parsed = parsePolling(text, { file: 'polling.yaml' });
    assert.ok(parsed.ok, JSON.stringify(parsed));
    const expected = message === undefined ? [] : [`polling.yaml:6: sources[0].discovery[0]: ${message}`];
    assert.deepEqual(discoveryProblems(parsed.value, known).map(formatProblem), expected);
  });
}

test('a discovery in a file that does both jobs is named with its line', () => {
  const text =
    'sources:\n- {name: a, meters: [x], sinks: [s],\n   discovery: [local_instances, tenant]}\nsinks: [{name: s, publishers: [a]}]\n';
  assert.deepEqual(discoveryProblems(pollingOf(configOf(text)), ['local_instances']).map(formatProblem), [
    'pipeline.yaml:3: sources[0].discovery[1]: no discovery is named "tenant"; known are: local_instances',
  ]);
});

test('everything that is wrong with a publisher, or a publisher that cannot be loaded, is told at its line', () => {
  const config = configOf(`sources: [{name: a, meters: ["*"], sinks: [s]}]
sinks:
- name: s
  publishers:
  - good://
  - bad://
`);
  const check = (url: string): string[] => (url === 'bad://' ? ['one', 'two'] : []);
  assert.deepEqual(publisherProblems(config, file, check).map(formatProblem), [
    'pipeline.yaml:6: sinks[0].publishers[1]: one',
    'pipeline.yaml:6: sinks[0].publishers[1]: two',
  ]);
});

test("everything that is wrong with a transformer's parameters is told at its line, or at that of what it should stand in", () => {
  const config = configOf(`sources: [{name: a, meters: ["*"], sinks: [s]}]
sinks:
- name: s
  publishers: [a://]
  transformers:
  - name: fine
    parameters: {}
  - name: checked
    parameters:
      target:
        type: gauge
        scale: "1 +"
      list:
      - 1
      - 2
`);
  const checked = {
    name: 'checked',
    validate: (parameters: unknown) => {
      assert.deepEqual(parameters, { target: { type: 'gauge', scale: '1 +' }, list: [1, 2] });
      return [
        { path: ['target', 'scale'], message: 'ends too soon' },
        { path: ['target', 'unit'], message: 'missing' },
        { path: ['list', 1], message: 'too large' },
        { path: [], message: 'source is missing' },
      ];
    },
  };
  const fine = {
    name: 'fine',
    validate: (parameters: unknown) => {
      assert.equal(parameters, null);
      return [];
    },
  };
  assert.deepEqual(transformerProblems(config, file, [fine, checked]).map(formatProblem), [
    'pipeline.yaml:12: sinks[0].transformers[1].parameters.target.scale: ends too soon',
    'pipeline.yaml:10: sinks[0].transformers[1].parameters.target.unit: missing',
    'pipeline.yaml:15: sinks[0].transformers[1].parameters.list[1]: too large',
    'pipeline.yaml:9: sinks[0].transformers[1].parameters: source is missing',
  ]);
});

test('transformers of a configuration that comes from no file are checked as well', () => {
  const sinks = [{ name: 's', publishers: [], transformers: [{ name: 'delta', parameters: null }] }];
  assert.deepEqual(transformerProblems({ sources: [], sinks }, '', []), [
    { file: '', path: 'sinks[0].transformers[0].name', message: 'No transformer named "delta" loaded; remove it' },
  ]);
});
