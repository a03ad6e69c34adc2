import assert from 'node:assert/strict';
import { test } from 'node:test';
import { exampleSample } from '../example.ts';
import { createBatchMemory } from './batch-memory.ts';

const samplesOf = (...ids: readonly string[]) => ids.map((id) => exampleSample({ id }));

test('What a failed batch had stored is known when it comes again, in whatever company', () => {
  const memory = createBatchMemory();
  const first = memory.of(samplesOf('a', 'b', 'c', 'd'));
  for (const index of [0, 1, 3]) first.store(index);
  assert.equal(first.done(), 2);
  const second = memory.of(samplesOf('c', 'd', 'e'));
  assert.deepEqual(
    [0, 1, 2].map((index) => second.isStored(index)),
    [false, true, false],
  );
  second.store(0);
  second.store(2);
  assert.equal(second.done(), 3);
  second.forget();
  assert.equal(memory.of(samplesOf('d')).isStored(0), false);
  assert.equal(memory.of(samplesOf('a')).isStored(0), true);
});

test('It does not grow for ever', () => {
  const memory = createBatchMemory();
  const many = memory.of(Array.from({ length: 100_001 }, (_, index) => exampleSample({ id: String(index) })));
  for (let index = 0; index < 100_000; index += 1) many.store(index);
  assert.ok(many.isStored(0));
  many.store(100_000);
  assert.equal(many.isStored(0), false);
  assert.ok(many.isStored(100_000));
});
