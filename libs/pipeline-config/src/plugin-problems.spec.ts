import assert from 'node:assert/strict';
import { test } from 'node:test';
import { formatProblem } from '@nephometer/service';
import { parsePipeline } from './pipeline-config.ts';
import { discoveryProblems, publisherProblems } from './plugin-problems.ts';
import { parsePolling } from './polling-config.ts';

test('a discovery that nobody offers and static resources are named with their lines', () => {
  const text = `sources:
- name: a
  interval: 60
  meters: ["*"]
  discovery: [local_instances, local_instance, tenant]
- name: b
  interval: 60
  meters: ["*"]
  resources:
  - one
`;
  const parsed = parsePolling(text, { file: 'polling.yaml' });
  assert.ok(parsed.ok);
  assert.deepEqual(discoveryProblems(parsed.value, ['local_instances']).map(formatProblem), [
    'polling.yaml:5: sources[0].discovery[1]: no discovery is named "local_instance"; did you mean "local_instances"?',
    'polling.yaml:5: sources[0].discovery[2]: no discovery is named "tenant"; known are: local_instances',
    'polling.yaml:9: sources[1].resources: static resources are not supported yet; remove the key: instances are discovered',
  ]);
});

test('everything that is wrong with a publisher is told at its line', () => {
  const text = `sources: [{name: a, meters: ["*"], sinks: [s]}]
sinks:
- name: s
  publishers:
  - good://
  - bad://
`;
  const parsed = parsePipeline(text, { file: 'pipeline.yaml' });
  assert.ok(parsed.ok);
  const check = (url: string): string[] => (url === 'bad://' ? ['one', 'two'] : []);
  assert.deepEqual(publisherProblems(parsed.value, 'pipeline.yaml', check).map(formatProblem), [
    'pipeline.yaml:6: sinks[0].publishers[1]: one',
    'pipeline.yaml:6: sinks[0].publishers[1]: two',
  ]);
});
