import assert from 'node:assert/strict';
import { test } from 'node:test';
import { Instance } from '@nephometer/inspector-api';
import { findInstance } from './find-instance.ts';

const web = Instance.create({
  id: 'a75c2fa5-6c03-45a8-bbf7-b993cfcdec27',
  name: 'instance-0000002a',
  nova: { name: 'web' },
});
const db = Instance.create({
  id: 'a75c11b0-0000-4000-8000-000000000002',
  name: 'instance-0000002b',
  nova: { name: 'db' },
});
const twin = Instance.create({
  id: 'ffff2fa5-0000-4000-8000-000000000003',
  name: 'instance-0000002c',
  nova: { name: 'db' },
});
// Named like the beginning of another one's id.
const tricky = Instance.create({ id: '00000000-0000-4000-8000-000000000004', name: 'ffff', title: 'The tricky one' });
const all = [web, db, twin, tricky];

const found: readonly [what: string, query: string, instance: Instance][] = [
  ['an id', web.id, web],
  ['an id in capitals', web.id.toUpperCase(), web],
  ['a name', 'instance-0000002b', db],
  ['a display name', 'web', web],
  ['a title', 'The tricky one', tricky],
  ['the beginning of an id', 'a75c2', web],
  ['a name that is the beginning of another id', 'ffff', tricky],
  ['a longer beginning of that id', 'ffff2', twin],
];

for (const [what, query, instance] of found) {
  test(`${what} finds the instance: ${query}`, () => {
    assert.deepEqual(findInstance(all, query), { kind: 'found', instance });
  });
}

test('a display name of two, or the beginning of two ids, is ambiguous', () => {
  assert.deepEqual(findInstance(all, 'db'), { kind: 'ambiguous', candidates: [db, twin] });
  assert.deepEqual(findInstance(all, 'a75c'), { kind: 'ambiguous', candidates: [web, db] });
});

for (const query of ['a75', 'WEB', 'instance', '', 'zzzz']) {
  test(`"${query}" finds nothing`, () => {
    assert.deepEqual(findInstance(all, query), { kind: 'none' });
  });
}
