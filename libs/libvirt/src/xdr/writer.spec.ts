import assert from 'node:assert/strict';
import { test } from 'node:test';
import { LibvirtError } from '../error.ts';
import { XdrWriter } from './writer.ts';

const refused: readonly (readonly [string, (writer: XdrWriter) => unknown])[] = [
  ['an int over 31 bits', (w) => w.int32(0x80000000)],
  ['an int that is not whole', (w) => w.int32(1.5)],
  ['an unsigned int below zero', (w) => w.uint32(-1)],
  ['an unsigned int that is no number', (w) => w.uint32(NaN)],
  ['a hyper over 63 bits', (w) => w.int64(2n ** 63n)],
  ['an unsigned hyper below zero', (w) => w.uint64(-1n)],
  ['a UUID that is none', (w) => w.uuid('6695eb01-f6a4-8304-79aa')],
  ['a text over the limit', (w) => w.string('x'.repeat(4_194_305))],
  ['a list over its limit', (w) => w.array([1, 2, 3], 2, (writer, item) => writer.int32(item))],
];

for (const [what, write] of refused) {
  void test(`${what} is refused as an invalid argument`, () => {
    assert.throws(
      () => write(new XdrWriter()),
      (error) => error instanceof LibvirtError && error.code === 'invalid-argument',
    );
  });
}

void test('a UUID is taken with or without hyphens, in either case', () => {
  const expected = '6695eb01f6a4830479aa97f2502e193f';
  for (const text of ['6695eb01-f6a4-8304-79aa-97f2502e193f', expected, expected.toUpperCase()]) {
    assert.equal(new XdrWriter().uuid(text).finish().toString('hex'), expected);
  }
});

const growers: readonly (readonly [string, (writer: XdrWriter) => unknown, string])[] = [
  ['an int', (w) => w.int32(-2), 'fffffffe'],
  ['an unsigned int', (w) => w.uint32(0xdeadbeef), 'deadbeef'],
  ['a hyper', (w) => w.int64(-2n), 'fffffffffffffffe'],
  ['an unsigned hyper', (w) => w.uint64(2n ** 64n - 1n), 'ffffffffffffffff'],
  ['a double', (w) => w.double(0.5), '3fe0000000000000'],
  ['a text', (w) => w.string('abc'), '0000000361626300'],
  ['a UUID', (w) => w.uuid('6695eb01-f6a4-8304-79aa-97f2502e193f'), '6695eb01f6a4830479aa97f2502e193f'],
];

for (const [what, write, hex] of growers) {
  void test(`${what} is written whole wherever the buffer has to grow for it`, () => {
    for (let reserved = 0; reserved <= 1024; reserved += 4) {
      const writer = new XdrWriter(reserved);
      write(writer);
      assert.equal(writer.finish().toString('hex', reserved), hex, `after ${reserved} bytes`);
    }
  });
}

void test('a reserved head is zero and in front of what is written', () => {
  assert.equal(new XdrWriter(8).uint32(0xdeadbeef).finish().toString('hex'), '0000000000000000deadbeef');
});
