import assert from 'node:assert/strict';
import { test } from 'node:test';
import { defaultReservedMetadata, userMetadata } from './user-metadata.ts';

test("Ceilometer's own example comes out as there", () => {
  const written = { 'metering.a.b': 'x'.repeat(300), 'metering.display_name': 'no', 'metering.n': 5, other: 'z' };
  assert.deepEqual(userMetadata(written, { display_name: 'web' }, defaultReservedMetadata), {
    a_b: 'x'.repeat(256),
    n: 5,
  });
});

test('Nothing chosen is nothing at all, not an empty object', () => {
  assert.equal(userMetadata({ role: 'web' }, {}, defaultReservedMetadata), undefined);
});

test('Whole keys come after namespaces, and the later of two that become the same stays', () => {
  const reserved = { namespaces: ['metering.', 'x.'], keys: ['a.b', 'absent'], length: 256 };
  const written = { 'a.b': 'whole', 'x.c': 'second', 'metering.a.b': 'named', 'metering.c': 'first' };
  assert.deepEqual(userMetadata(written, {}, reserved), { a_b: 'whole', c: 'second' });
});

test('A text is cut by characters, not by the halves of some', () => {
  const reserved = { ...defaultReservedMetadata, length: 2 };
  assert.deepEqual(userMetadata({ 'metering.k': '🌧🌧🌧' }, {}, reserved), { k: '🌧🌧' });
});

test('A key of odd name is a key like any other', () => {
  const written = JSON.parse('{"metering.__proto__": "x"}') as { readonly [key: string]: string };
  assert.equal(JSON.stringify(userMetadata(written, {}, defaultReservedMetadata)), '{"__proto__":"x"}');
});
