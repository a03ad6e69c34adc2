import assert from 'node:assert/strict';
import { test } from 'node:test';
import { StatisticsGroup } from '@nephometer/inspector-api';
import type { PollingSource } from '@nephometer/pipeline-config';
import type { Pollster } from '@nephometer/plugin';
import { buildTasks } from './build-tasks.ts';

function pollster(name: string, ...needs: StatisticsGroup[]): Pollster {
  return { name, discovery: 'local_instances', needs, samples: () => [] };
}

function source(intervalS: number, meters: string[], discovery: string[] = []): PollingSource {
  return { name: meters.join(), intervalMs: intervalS * 1000, meters, resources: [], discovery };
}

const pollsters = [
  pollster('cpu', StatisticsGroup.CPU, StatisticsGroup.VCPU),
  pollster('vcpus', StatisticsGroup.VCPU),
  pollster('memory.usage', StatisticsGroup.MEMORY),
];

/** The tasks in a form that reads well: interval, where from and what of each match, groups. */
function built(...sources: PollingSource[]): unknown {
  return buildTasks({ sources }, { pollsters, hasTransformers: false }).map(({ name, matches, groups }) => [
    name,
    matches.map(({ discoveries, resources, pollsters: taken }) => [
      [...resources, ...discoveries.map((url) => url.name)].join(),
      ...taken.map((each) => each.name),
    ]),
    groups,
  ]);
}

test('sources of one interval make one task, which asks for each group once', () => {
  assert.deepEqual(built(source(300, ['memory.*']), source(60, ['cpu']), source(60, ['vcpus'])), [
    [
      '60s',
      [
        ['local_instances', 'cpu'],
        ['local_instances', 'vcpus'],
      ],
      [StatisticsGroup.CPU, StatisticsGroup.VCPU],
    ],
    ['300s', [['local_instances', 'memory.usage']], [StatisticsGroup.MEMORY]],
  ]);
});

test('the discovery of a source comes before that of the pollster', () => {
  assert.deepEqual(built(source(60, ['vcpus'], ['elsewhere'])), [
    ['60s', [['elsewhere', 'vcpus']], [StatisticsGroup.VCPU]],
  ]);
});

test('a source that matches no meter makes no task', () => {
  assert.deepEqual(built(source(60, ['storage.*'])), []);
});

test('pollsters of one source with discoveries of their own are asked for theirs', () => {
  const other = { ...pollster('power', StatisticsGroup.STATE), discovery: 'local_node' };
  const sources = [source(60, ['cpu', 'power'])];
  const [task] = buildTasks({ sources }, { pollsters: [...pollsters, other], hasTransformers: false });
  assert.deepEqual(
    task?.matches.map(({ discoveries }) => discoveries.map(({ name }) => name)),
    [['local_instances'], ['local_node']],
  );
});

test('the resources that a source names come before the discovery of the pollster, and beside its own', () => {
  const named = { ...source(60, ['vcpus'], ['endpoint:identity']), resources: ['vm-1'] };
  assert.deepEqual(built(named), [['60s', [['vm-1,endpoint', 'vcpus']], [StatisticsGroup.VCPU]]]);
  assert.deepEqual(built({ ...named, discovery: [] }), [['60s', [['vm-1', 'vcpus']], [StatisticsGroup.VCPU]]]);
});
