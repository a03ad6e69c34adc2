import assert from 'node:assert/strict';
import { test } from 'node:test';
import { nodeProblem } from './node-version.ts';

test('An older Node is told what it needs to be', () => {
  for (const version of ['v20.19.0', 'v22.18.0', 'v22.21.9', 'v23.11.0', 'v24.5.0']) {
    assert.match(nodeProblem(version) ?? '', new RegExp(`needs Node .* this is ${version};`));
  }
  for (const version of ['v22.22.0', 'v24.6.0', 'v24.21.0', 'v25.0.0', 'v26.1.0']) {
    assert.equal(nodeProblem(version), undefined, version);
  }
  assert.equal(nodeProblem(process.version), undefined);
});
