import assert from 'node:assert/strict';
import { test } from 'node:test';
import { createLocalNode } from './local-node.ts';

test('The host is one resource under its own name, in 2015 under that of all hosts', () => {
  const found = ([undefined, '19.0.0', '2015'] as const).map((compat) =>
    createLocalNode(compat ? { compat } : {}).discover({ host: 'compute-1', instances: [] }, null),
  );
  assert.deepEqual(
    found.map(({ resources }) => resources.map(({ id }) => id)),
    [['compute-1'], ['compute-1'], ['local_host']],
  );
});
