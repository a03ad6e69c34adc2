import assert from 'node:assert/strict';
import { test } from 'node:test';
import { createHost } from './host.ts';

test('from the second cycle on each has the same meters, in new samples that share their metadata', () => {
  const host = createHost(2);
  const [first = [], second = [], third = []] = host.cycles(3);
  assert.ok(first.length > 0 && first.length < second.length, 'deltas and rates need two replies');
  const keyOf = ({ name, resourceId }: { name: string; resourceId: string }): string => `${name} ${resourceId}`;
  assert.deepEqual(third.map(keyOf), second.map(keyOf));
  assert.equal(new Set(second.map(keyOf)).size, second.length);
  assert.equal(new Set([...second, ...third].map(({ id }) => id)).size, 2 * second.length);
  for (const [index, sample] of second.entries()) {
    assert.equal(sample.resourceMetadata, third[index]?.resourceMetadata);
    assert.ok(Number.isFinite(sample.volume), keyOf(sample));
    assert.ok(sample.type !== 'delta' || sample.volume >= 0, keyOf(sample));
    assert.ok(sample.timestamp < (third[index]?.timestamp ?? ''), keyOf(sample));
  }
});
