import assert from 'node:assert/strict';
import { test } from 'node:test';
import { createRefusals } from './refusals.ts';

test('What is refused is counted by reason, and beyond twenty reasons together', () => {
  const refusals = createRefusals();
  assert.deepEqual(refusals.list(), []);
  for (let reason = 0; reason < 25; reason++) refusals.add(`reason ${reason}`);
  refusals.add('reason 0', 2);
  const list = refusals.list();
  assert.equal(list.length, 21);
  assert.deepEqual(list[0], { samples: 3, reason: 'reason 0' });
  assert.deepEqual(list.at(-1), { samples: 5, reason: 'other reasons' });
});
