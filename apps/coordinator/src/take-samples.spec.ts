import assert from 'node:assert/strict';
import { test } from 'node:test';
import { InspectInstancesResponse, InspectionStatus, Instance } from '@nephometer/inspector-api';
import { timestampFromMs } from '@nephometer/inspector-api';
import { PermanentPollsterError } from '@nephometer/plugin';
import type { InstanceResource, Pollster } from '@nephometer/plugin';
import { createSample } from '@nephometer/sample';
import type { Resource } from '@nephometer/sample';
import { createBlacklist } from './blacklist.ts';
import type { Match, Task } from './build-tasks.ts';
import { readingsOf, takeSamples } from './take-samples.ts';
import type { HostMemory, Readings } from './take-samples.ts';

/** Gives the CPU time, and its difference to the previous reading if there is one. */
const cpu: Pollster = {
  name: 'cpu',
  discovery: 'local_instances',
  needs: [],
  *samples(resource, { statistics, stamp }, previous) {
    const meter = { name: 'cpu', type: 'cumulative', unit: 'ns' } as const;
    const volume = Number(statistics.cpu?.timeNs);
    yield createSample({ meter, volume, resource, stamp });
    if (!previous) return;
    const delta = volume - Number(previous.statistics.cpu?.timeNs);
    yield createSample({ meter: { ...meter, name: 'cpu.delta' }, volume: delta, resource, stamp });
  },
};

/** Throws on its second instance, after a first sample. */
const faulty: Pollster = {
  ...cpu,
  name: 'faulty',
  *samples(resource, reading) {
    yield* cpu.samples(resource, reading);
    if (resource.id === 'b') throw new TypeError('no such field');
  },
};

function resource(id: string): InstanceResource {
  return { id, userId: null, projectId: null, metadata: {}, host: 'h', instance: Instance.fromPartial({ id }) };
}

function task(...pollsters: Pollster[]): Task {
  return { name: '60s', intervalMs: 60_000, matches: [match('local_instances', pollsters)], groups: [] };
}

function match(discovery: string, pollsters: readonly Pollster[], source = 's'): Match {
  return { source, resources: new Set(), discoveries: [{ name: discovery, parameter: null }], pollsters };
}

const remembering = (readings: Readings): HostMemory => ({ readings, blacklist: createBlacklist() });

let ids = 0;
const stamps = { source: 'openstack', nextId: () => `id-${(ids += 1)}` };

function reply(atMs: number, times: Record<string, bigint>): Readings {
  const instances = Object.entries(times).map(([id, timeNs]) => ({ id, status: InspectionStatus.OK, cpu: { timeNs } }));
  const gone = { id: 'gone', status: InspectionStatus.GONE };
  const response = { readAt: timestampFromMs(atMs), instances: [...instances, gone] };
  return readingsOf(InspectInstancesResponse.fromPartial(response), atMs / 1000, stamps);
}

const resourcesOf = (): InstanceResource[] => ['a', 'b', 'unread', 'gone'].map(resource);
const nothing: Readings = new Map();

test('samples of a host carry the time at which it was read, and only what was found and read is sampled', () => {
  const readings = reply(1000, { a: 5n, b: 7n, undiscovered: 9n });
  const { samples, failures } = takeSamples({ task: task(cpu), resourcesOf, readings, memory: remembering(nothing) });
  assert.deepEqual(
    samples.map(({ resourceId, volume, timestamp, source }) => [resourceId, volume, timestamp, source]),
    [
      ['a', 5, '1970-01-01T00:00:01', 'openstack'],
      ['b', 7, '1970-01-01T00:00:01', 'openstack'],
    ],
  );
  assert.equal(new Set(samples.map(({ id }) => id)).size, 2);
  assert.deepEqual(failures, []);
});

test('a pollster sees the previous reading of the same instance', () => {
  const previous = reply(1000, { a: 5n });
  const readings = reply(2000, { a: 15n, b: 7n });
  const { samples } = takeSamples({ task: task(cpu), resourcesOf, readings, memory: remembering(previous) });
  assert.deepEqual(
    samples.map(({ name, resourceId, volume }) => [name, resourceId, volume]),
    [
      ['cpu', 'a', 15],
      ['cpu.delta', 'a', 10],
      ['cpu', 'b', 7],
    ],
  );
});

test('a pollster that throws costs nobody else a sample, and keeps those it gave', () => {
  const readings = reply(1000, { a: 5n, b: 7n });
  const { samples, failures } = takeSamples({
    task: task(faulty, cpu),
    resourcesOf,
    readings,
    memory: remembering(nothing),
  });
  assert.deepEqual(samples.map(({ resourceId }) => resourceId).sort(), ['a', 'a', 'b', 'b']);
  assert.deepEqual(
    failures.map(({ pollster, instanceId, error }) => [pollster, instanceId, String(error)]),
    [['faulty', 'b', 'TypeError: no such field']],
  );
});

test('an instance that two discoveries found is polled once', () => {
  const twice: Task = { ...task(), matches: ['x', 'y'].map((discovery) => match(discovery, [cpu])) };
  const { samples } = takeSamples({
    task: twice,
    resourcesOf,
    readings: reply(1, { a: 1n }),
    memory: remembering(nothing),
  });
  assert.equal(samples.length, 1);
});

test('a source that names instances polls these and no others, by id or name', () => {
  const named: Task = { ...task(), matches: [{ ...match('x', [cpu]), resources: new Set(['b']), discoveries: [] }] };
  const readings = reply(1, { a: 1n, b: 2n });
  const { samples } = takeSamples({ task: named, resourcesOf, readings, memory: remembering(nothing) });
  assert.deepEqual(
    samples.map(({ resourceId }) => resourceId),
    ['b'],
  );
});

test('a pollster that says it never can is left alone with that instance by that source, until the instance comes back', () => {
  let calls = 0;
  const never: Pollster = {
    ...cpu,
    samples: ({ id }) => {
      calls += 1;
      if (id === 'b') throw new PermanentPollsterError('no such thing');
      return [];
    },
  };
  const two: Task = { ...task(), matches: [match('x', [never], 'one')] };
  const memory = remembering(nothing);
  const poll = (times: Record<string, bigint>): number => {
    calls = 0;
    const { failures } = takeSamples({ task: two, resourcesOf, readings: reply(1, times), memory });
    assert.ok(failures.every(({ isPermanent }) => isPermanent));
    return calls;
  };
  assert.equal(poll({ a: 1n, b: 1n }), 2);
  assert.equal(poll({ a: 1n, b: 1n }), 1);
  assert.equal(poll({ a: 1n }), 1);
  assert.equal(poll({ a: 1n, b: 1n }), 2, 'it has been away');
  const other: Task = { ...two, matches: [match('x', [never], 'another')] };
  calls = 0;
  takeSamples({ task: other, resourcesOf, readings: reply(1, { b: 1n }), memory });
  assert.equal(calls, 1, 'another source may ask');
});

test('resources that are no instances are passed over', () => {
  const readings = reply(1, { a: 1n });
  const mixed = (): Resource[] => [{ id: 'a', userId: null, projectId: null, metadata: {} }];
  const { samples } = takeSamples({ task: task(cpu), resourcesOf: mixed, readings, memory: remembering(nothing) });
  assert.deepEqual(samples, []);
});
