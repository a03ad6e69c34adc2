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

/** The tasks in a form that reads well: interval, meters by discovery, groups. */
function built(...sources: PollingSource[]): unknown {
  return buildTasks({ sources }, pollsters).map(({ name, matches, groups }) => [
    name,
    Object.fromEntries(matches.map((match) => [match.discovery, match.pollsters.map((each) => each.name)])),
    groups,
  ]);
}

test('sources of one interval make one task, which asks for each group once', () => {
  assert.deepEqual(built(source(300, ['memory.*']), source(60, ['cpu']), source(60, ['vcpus'])), [
    ['60s', { local_instances: ['cpu', 'vcpus'] }, [StatisticsGroup.CPU, StatisticsGroup.VCPU]],
    ['300s', { local_instances: ['memory.usage'] }, [StatisticsGroup.MEMORY]],
  ]);
});

test('a meter that two sources of one interval name is polled once', () => {
  assert.deepEqual(built(source(60, ['*', '!memory.*']), source(60, ['cpu'])), [
    ['60s', { local_instances: ['cpu', 'vcpus'] }, [StatisticsGroup.CPU, StatisticsGroup.VCPU]],
  ]);
});

test('the discovery of a source comes before that of the pollster', () => {
  assert.deepEqual(built(source(60, ['vcpus'], ['elsewhere'])), [
    ['60s', { elsewhere: ['vcpus'] }, [StatisticsGroup.VCPU]],
  ]);
});

test('a source that matches no meter makes no task', () => {
  assert.deepEqual(built(source(60, ['storage.*'])), []);
});
