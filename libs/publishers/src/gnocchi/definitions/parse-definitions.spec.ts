import assert from 'node:assert/strict';
import { test } from 'node:test';
import { formatProblem } from '@nephometer/service';
import type { Compat } from '@nephometer/sample';
import { exampleSample } from '../../example.ts';
import type { Definitions } from './definitions.ts';
import { parseDefinitions } from './parse-definitions.ts';

function read(
  text: string,
  compat: Compat = 'head',
  archivePolicy?: string,
): Definitions & { warnings: readonly string[] } {
  const parsed = parseDefinitions(text, {
    file: 'g.yaml',
    compat,
    ...(archivePolicy !== undefined && { archivePolicy }),
  });
  assert.ok(parsed.ok, parsed.ok ? '' : parsed.problems.map(formatProblem).join('\n'));
  return { ...parsed.value, warnings: parsed.warnings.map(formatProblem) };
}

function storedAs(definitions: Definitions, meter: string): readonly unknown[] | undefined {
  const metric = definitions.metricOf(meter);
  return metric && [metric.resource.type, metric.archivePolicy];
}

test('The file of 2015 has lists of patterns, and a policy for a whole type', () => {
  const text = `
resources:
  - resource_type: special
    archive_policy: high
    metrics: ['disk.device.iops', 'disk.device.[rw]*.requests']
  - resource_type: instance_disk
    metrics:
      - 'disk.device.*'
      - 'disk.device.iops'
    attributes:
      name: resource_metadata.disk_name
`;
  const definitions = read(text, '2015');
  assert.deepEqual(definitions.archivePolicies, []);
  assert.deepEqual(storedAs(definitions, 'disk.device.iops'), ['special', 'high']);
  assert.deepEqual(storedAs(definitions, 'disk.device.read.requests'), ['special', 'high']);
  assert.deepEqual(storedAs(definitions, 'disk.device.usage'), ['instance_disk', 'low']);
  assert.equal(definitions.metricOf('disk.usage'), undefined);
  assert.deepEqual(definitions.warnings, [
    'g.yaml:4: resources[0].archive_policy: this is deprecated, and goes before every other archive policy; write archive_policy_name per metric',
    'g.yaml:9: resources[1].metrics[1]: the metric "disk.device.iops" is defined in line 5, too; the first one counts',
  ]);
  assert.deepEqual(storedAs(read(text, 'head'), 'disk.device.iops'), ['instance_disk', 'ceilometer-low']);
});

const later = `
archive_policy_default: by-default
archive_policies:
  - name: mine
    aggregation_methods: [mean, 'rate:mean']
    back_window: 0
    definition: [{granularity: 5 minutes, timespan: 30 days}, {granularity: 3600, points: 10}]
resources:
  - resource_type: instance
    metrics:
      cpu: {archive_policy_name: mine}
      memory:
      'disk.*':
    attributes:
      host: resource_metadata.(instance_host|host)
      flavor: [resource_metadata.flavor_id, resource_metadata.flavor.id]
      wrapped: {fields: name}
      owner: project_id
      version: 3
    event_delete: [a, b]
    event_attributes: {id: resource_id}
  - resource_type: old
    archive_policy: of-type
    metrics: {memory: {archive_policy_name: other}, vcpus: {}}
`;

test('The later files have names with policies, and their own policies', () => {
  const definitions = read(later);
  assert.deepEqual(definitions.archivePolicies, [
    {
      name: 'mine',
      aggregation_methods: ['mean', 'rate:mean'],
      back_window: 0,
      definition: [
        { granularity: '5 minutes', timespan: '30 days' },
        { granularity: 3600, points: 10 },
      ],
    },
  ]);
  assert.deepEqual(storedAs(definitions, 'cpu'), ['instance', 'mine']);
  assert.deepEqual(storedAs(definitions, 'disk.*'), ['instance', 'by-default'], 'a name like any other');
  assert.equal(definitions.metricOf('disk.usage'), undefined);
  assert.deepEqual(storedAs(definitions, 'memory'), ['old', 'of-type'], 'the last one counts');
  const replaced = read(later, 'head', 'in-place');
  assert.deepEqual(storedAs(replaced, 'cpu'), ['instance', 'in-place']);
  assert.deepEqual(storedAs(replaced, 'vcpus'), ['old', 'of-type']);
});

test('Attributes are found by the first path that leads to something, in metadata or in the sample itself', () => {
  const resource = read(later).metricOf('cpu')?.resource;
  const valuesIn = (metadata: Parameters<typeof exampleSample>[0]): unknown =>
    Object.fromEntries((resource?.attributes ?? []).map((one) => [one.name, one.valueIn(exampleSample(metadata))]));
  assert.equal(resource?.isOfMetadata, false);
  const metadata = { host: 'hash', instance_host: null, flavor: { id: '7' } };
  assert.deepEqual(valuesIn({ resourceMetadata: metadata }), {
    host: 'hash',
    flavor: '7',
    wrapped: 'cpu',
    owner: 'p1',
    version: 3,
  });
  assert.deepEqual(valuesIn({ projectId: null }), {
    host: null,
    flavor: null,
    wrapped: 'cpu',
    owner: null,
    version: 3,
  });
});

test('Everything that is wrong is told at once, with its line', () => {
  const text = `
archive_policies:
  - {name: '', definition: []}
resources:
  - resource_type: instance
    metric: {}
    metrics: 5
    attributes:
      a: {fields: x, plugin: {name: split}}
      b: resource_metadata..host
      c: 1.5
      d: []
      e: true
  - just text
  - metrics: {cpu: low}
extra: 1
`;
  const parsed = parseDefinitions(text, { file: 'g.yaml', compat: 'head' });
  assert.ok(!parsed.ok);
  const lines = parsed.problems.map(formatProblem);
  for (const expected of [
    /^g.yaml:3: archive_policies\[0\].name: /,
    /^g.yaml:3: archive_policies\[0\].definition: /,
    /^g.yaml:6: resources\[0\].metric: unknown key "metric"; did you mean "metrics"\?/,
    /^g.yaml:7: resources\[0\].metrics: metrics should be a list of names or a mapping by name, got the number 5/,
    /^g.yaml:9: .*attributes.a: plugins of Ceilometer cannot be used here/,
    /^g.yaml:10: .*attributes.b: not a path: "\." stands where a name should/,
    /^g.yaml:11: .*attributes.c: 1.5 is not a whole number/,
    /^g.yaml:12: .*attributes.d: the list is empty/,
    /^g.yaml:13: .*attributes.e: not a path: expected a path such as resource_metadata.host, got true/,
    /^g.yaml:14: resources\[1\]: a resource should be a mapping/,
    /^g.yaml:15: resources\[2\].resource_type: /,
    /^g.yaml:15: .*cpu: expected nothing, or a mapping with archive_policy_name/,
    /^g.yaml:16: extra: unknown key "extra"/,
  ]) {
    assert.ok(
      lines.some((line) => expected.test(line)),
      `${expected}\n${lines.join('\n')}`,
    );
  }
  assert.equal(lines.length, 13, lines.join('\n'));
});

test('A file that is no mapping, empty, or no YAML is told as such', () => {
  for (const [text, problem] of [
    ['- a', /the file should be a mapping with "resources:", got a list/],
    ['', /the file is empty/],
    ['archive_policies: []', /resources should be a list, got nothing/],
    ['a: [', /not valid YAML/],
  ] as const) {
    const parsed = parseDefinitions(text, { file: 'g.yaml', compat: 'head' });
    assert.match(parsed.ok ? '' : parsed.problems.map(formatProblem).join(), problem);
  }
});
