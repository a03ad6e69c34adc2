import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { createRecentMap, keyOf } from './recent-map.ts';

test('Of too many entries that one goes that was not set for the longest time, and is counted', () => {
  const map = createRecentMap<number>({ stateLimit: 2, stateAgeMs: 100, now: () => 0 });
  map.set('a', 1);
  map.set('b', 2);
  map.set('a', 3);
  map.set('c', 4);
  assert.deepEqual([map.get('a'), map.get('b'), map.get('c'), map.size(), map.evicted()], [3, undefined, 4, 2, 1]);
});

test('What was not set for too long is not there, and goes with the next entry, uncounted', () => {
  let now = 0;
  const map = createRecentMap<number>({ stateLimit: 10, stateAgeMs: 100, now: () => now });
  map.set('a', 1);
  now = 60;
  map.set('b', 2);
  now = 100;
  assert.equal(map.get('a'), 1);
  now = 101;
  assert.deepEqual([map.get('a'), map.get('b'), map.size()], [undefined, 2, 2]);
  map.set('c', 3);
  assert.deepEqual([map.size(), map.evicted()], [2, 0]);
});

test('Whatever is set and deleted, the entries are those that were set last', () => {
  const keys = fc.constantFrom('a', 'b', 'c', 'd', 'e');
  const step = fc.record({ do: fc.constantFrom('set', 'delete'), key: keys });
  fc.assert(
    fc.property(fc.array(step), (steps) => {
      const map = createRecentMap<number>({ stateLimit: 3, stateAgeMs: 1, now: () => 0 });
      let expected: (readonly [string, number])[] = [];
      steps.forEach(({ do: verb, key }, index) => {
        expected = expected.filter(([known]) => known !== key);
        if (verb === 'delete') map.delete(key);
        else {
          map.set(key, index);
          expected = [...expected, [key, index] as const].slice(-3);
        }
        assert.equal(map.size(), expected.length);
        for (const [known, value] of expected) assert.equal(map.get(known), value);
      });
    }),
  );
});

test('Different texts give different keys', () => {
  const texts = fc.array(fc.oneof(fc.constant(null), fc.string({ unit: fc.constantFrom('1', ':', '-', 'a') })));
  fc.assert(
    fc.property(texts, texts, (left, right) => {
      assert.equal(keyOf(...left) === keyOf(...right), JSON.stringify(left) === JSON.stringify(right));
    }),
  );
  assert.notEqual(keyOf('a-b', 'c'), keyOf('a', 'b-c'));
});
