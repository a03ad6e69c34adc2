import assert from 'node:assert/strict';
import { test } from 'node:test';
import { createPollsterFilter } from './pollster-filter.ts';

const pollsters = [
  { name: 'cpu' },
  { name: 'disk.read.bytes', byNameOnly: true },
  { name: 'network.incoming.bytes.rate', isDerived: true },
];

const taken = (meters: readonly string[], hasTransformers: boolean): string[] =>
  pollsters.filter(createPollsterFilter(meters, hasTransformers)).map(({ name }) => name);

test('a pattern takes what it matches, but meters of other versions', () => {
  assert.deepEqual(taken(['*'], false), ['cpu', 'network.incoming.bytes.rate']);
});

test('where there are transformers, a pattern leaves to them what they can make', () => {
  assert.deepEqual(taken(['*'], true), ['cpu']);
  assert.deepEqual(taken(['!memory.*'], true), ['cpu']);
});

test('a meter named in full is taken in any case', () => {
  assert.deepEqual(taken(['disk.read.bytes', 'network.incoming.bytes.rate'], true), [
    'disk.read.bytes',
    'network.incoming.bytes.rate',
  ]);
});
