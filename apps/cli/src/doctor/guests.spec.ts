import assert from 'node:assert/strict';
import { test } from 'node:test';
import { guestArgument, guestLabel, guestLines } from './guests.ts';

const id = 'a75c2fa5-6c03-45a8-bbf7-b993cfcdec27';

const names: readonly [name: string, argument: string][] = [
  ['instance-0000002a', 'instance-0000002a'],
  ['web.example_1', 'web.example_1'],
  ['42', id],
  ['-rf', id],
  ['two words', id],
  ["it's", id],
  ['$(reboot)', id],
  ['', id],
  ['größe', id],
  ['00000000-0000-4000-8000-000000000001', id],
  ['00000000000040008000000000000001', id],
];

for (const [name, argument] of names) {
  test(`virsh is given ${argument === id ? 'the UUID' : 'the name'} of a guest called ${JSON.stringify(name)}`, () => {
    assert.equal(guestArgument({ id, name }), argument);
  });
}

test('a label has name and id; the eleventh guest and those after it are counted', () => {
  assert.equal(guestLabel({ id, name: 'web' }), `web (${id})`);
  assert.equal(guestLabel({ id, name: '' }), id);
  const guests = Array.from({ length: 12 }, (_, number) => ({ id, name: `g${number}` }));
  assert.equal(guestLines(guests.slice(0, 10), ({ name }) => name).length, 10);
  assert.deepEqual(guestLines(guests, ({ name }) => name).slice(-2), ['g9', 'and 2 more (--json names them all)']);
});
