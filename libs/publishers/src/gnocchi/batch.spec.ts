import assert from 'node:assert/strict';
import { test } from 'node:test';
import { createBatch } from './batch.ts';
import type { ResourceBatch } from './batch.ts';
import { packagedDefinitions } from './definitions/packaged-definitions.ts';
import { parseDefinitions } from './definitions/parse-definitions.ts';
import { guestMetadata, guestSample } from './example.ts';
import { createRefusals } from '../refusals.ts';

const rules = { definitions: packagedDefinitions('head'), isLeftOut: () => undefined };

test('Samples of a resource and metric come together in their order, whatever comes between', () => {
  const samples = [
    guestSample(1, { volume: 1, timestamp: 't1' }),
    guestSample(2, { volume: 2, timestamp: 't2', unit: 'u'.repeat(32) }),
    guestSample(1, { volume: 3, timestamp: 't3' }),
    guestSample(1, { name: 'memory.usage', unit: 'MiB', volume: 4, timestamp: 't4' }),
  ];
  const shown = createBatch(samples, rules, createRefusals()).map(({ id, metrics }) => [
    id.slice(-1),
    ...[...metrics.values()].map(({ name, unit, archivePolicy, measures }) => [name, unit, archivePolicy, measures]),
  ]);
  assert.deepEqual(shown, [
    [
      '1',
      [
        'cpu',
        'ns',
        'ceilometer-low-rate',
        [
          { timestamp: 't1', value: 1 },
          { timestamp: 't3', value: 3 },
        ],
      ],
      ['memory.usage', 'MiB', 'ceilometer-low', [{ timestamp: 't4', value: 4 }]],
    ],
    ['2', ['cpu', '', 'ceilometer-low-rate', [{ timestamp: 't2', value: 2 }]]],
  ]);
});

test('The owner is the first user and the last project; of attributes the last that are not null', () => {
  const metadata = [
    guestMetadata(1, { display_name: 'a', image_ref: 'i' }),
    guestMetadata(1, { display_name: 'b', user_metadata: {} }),
  ];
  const samples = metadata.map((resourceMetadata, index) =>
    guestSample(1, { resourceMetadata, userId: `u${index}`, projectId: `p${index}` }),
  );
  const [resource] = createBatch(samples, rules, createRefusals());
  assert.deepEqual([resource?.userId, resource?.projectId], ['u0', 'p1']);
  assert.deepEqual(resource?.attributes, {
    host: 'compute-1',
    image_ref: 'i',
    display_name: 'b',
    flavor_id: '42',
    flavor_name: 'm1.tiny',
    server_group: 'g1',
  });
});

test('Attributes that are not of the metadata alone are found for each sample', () => {
  const text = 'resources: [{resource_type: t, metrics: [cpu], attributes: {user: user_id}}]';
  const parsed = parseDefinitions(text, { file: 'g.yaml', compat: 'head' });
  assert.ok(parsed.ok);
  const samples = ['u1', 'u2'].map((userId) => guestSample(1, { userId }));
  const [resource] = createBatch(samples, { ...rules, definitions: parsed.value }, createRefusals());
  assert.deepEqual(resource?.attributes, { user: 'u2' });
});

test('A slash in an id becomes an underscore, as Gnocchi has no such ids', () => {
  const [resource] = createBatch([guestSample(1, { resourceId: 'a/b/c' })], rules, createRefusals());
  assert.equal(resource?.id, 'a_b_c');
});

test('Reasons are counted together, with the first example', () => {
  const refusals = createRefusals();
  refusals.add('no', 2, 'a');
  refusals.add('never', 1);
  refusals.add('no', 3, 'b');
  assert.deepEqual(refusals.list(), [
    { samples: 5, reason: 'no; for example a' },
    { samples: 1, reason: 'never' },
  ]);
  const batch: readonly ResourceBatch[] = createBatch([guestSample(1, { name: 'none' })], rules, refusals);
  assert.deepEqual(batch, []);
});
