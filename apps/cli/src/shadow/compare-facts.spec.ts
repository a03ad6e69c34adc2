import assert from 'node:assert/strict';
import { test } from 'node:test';
import { compareFacts } from './compare-facts.ts';
import type { FactDifference } from './compare-facts.ts';
import { facts } from './example.ts';
import type { Facts } from './observation.ts';

const metadata = { a: 1, flavor: { id: '1', extra: {} }, list: ['x'] };

const rows: readonly [
  what: string,
  ours: Partial<Facts>,
  theirs: Partial<Facts>,
  expected: readonly FactDifference[],
][] = [
  ['the same', { metadata }, { metadata: structuredClone(metadata) }, []],
  ['another unit', { unit: 'MiB' }, { unit: 'MB' }, [{ kind: 'unit', what: 'unit', ours: '"MiB"', theirs: '"MB"' }]],
  ['another type', {}, { type: 'gauge' }, [{ kind: 'type', what: 'type', ours: '"cumulative"', theirs: '"gauge"' }]],
  ['no owner', { projectId: null }, {}, [{ kind: 'owner', what: 'project_id', ours: 'null', theirs: '"p"' }]],
  ['a name that older versions do not write', { userName: null }, {}, []],
  [
    'a name that we do not know',
    { userName: null },
    { userName: 'alice' },
    [{ kind: 'owner', what: 'user_name', ours: 'null', theirs: '"alice"' }],
  ],
  ['another source', {}, { source: 'x' }, [{ kind: 'source', what: 'source', ours: '"openstack"', theirs: '"x"' }]],
  [
    'a leaf deep in the metadata',
    { metadata },
    { metadata: { ...metadata, flavor: { id: 'm1', extra: {} } } },
    [{ kind: 'metadata', what: 'resource_metadata.flavor.id', ours: '"1"', theirs: '"m1"' }],
  ],
  [
    'a key on one side only, null or not',
    { metadata: { a: 1 } },
    { metadata: { a: 1, b: null } },
    [{ kind: 'metadata', what: 'resource_metadata.b', theirs: 'null' }],
  ],
  [
    'a mapping that is empty on one side',
    { metadata: { extra: {} } },
    { metadata: { extra: { x: 1 } } },
    [{ kind: 'metadata', what: 'resource_metadata.extra.x', theirs: '1' }],
  ],
  [
    'null for an empty mapping',
    { metadata: { a: {} } },
    { metadata: { a: null } },
    [{ kind: 'metadata', what: 'resource_metadata.a', ours: '{}', theirs: 'null' }],
  ],
  [
    'a list in another order',
    { metadata: { l: [1, 2] } },
    { metadata: { l: [2, 1] } },
    [{ kind: 'metadata', what: 'resource_metadata.l', ours: '[1,2]', theirs: '[2,1]' }],
  ],
  [
    'keys in another order',
    { metadata: { f: { a: 1, b: 2 } } },
    { metadata: { f: { b: 2, a: 1 } } },
    [{ kind: 'key-order', what: 'resource_metadata.f', ours: 'a, b', theirs: 'b, a' }],
  ],
  ['an order that somebody sorted', { metadata: { b: 1, a: 2 } }, { metadata: { a: 2, b: 1 }, isSorted: true }, []],
];

for (const [what, ours, theirs, expected] of rows) {
  test(`${what}: ${expected.map(({ kind }) => kind).join(', ') || 'no difference'}`, () => {
    assert.deepEqual(compareFacts({ ...facts, ...ours }, { ...facts, ...theirs }), expected);
  });
}
