import assert from 'node:assert/strict';
import { Buffer } from 'node:buffer';
import { test } from 'node:test';
import fc from 'fast-check';
import { LibvirtError } from '../error.ts';
import { XdrReader } from './reader.ts';
import { XdrWriter } from './writer.ts';

const isProtocolError = (error: unknown): boolean => error instanceof LibvirtError && error.code === 'protocol-error';

/** One value of any type: how to write it, how to read it back. */
interface Field {
  readonly value: unknown;
  readonly write: (writer: XdrWriter) => unknown;
  readonly read: (reader: XdrReader) => unknown;
}

const field: fc.Arbitrary<Field> = fc.oneof(
  fc.integer({ min: -0x80000000, max: 0x7fffffff }).map((value) => ({
    value,
    write: (w: XdrWriter) => w.int32(value),
    read: (r: XdrReader) => r.int32(),
  })),
  fc.nat({ max: 0xffffffff }).map((value) => ({
    value,
    write: (w: XdrWriter) => w.uint32(value),
    read: (r: XdrReader) => r.uint32(),
  })),
  fc.bigInt({ min: -(2n ** 63n), max: 2n ** 63n - 1n }).map((value) => ({
    value,
    write: (w: XdrWriter) => w.int64(value),
    read: (r: XdrReader) => r.int64(),
  })),
  fc.bigInt({ min: 0n, max: 2n ** 64n - 1n }).map((value) => ({
    value,
    write: (w: XdrWriter) => w.uint64(value),
    read: (r: XdrReader) => r.uint64(),
  })),
  fc.double().map((value) => ({ value, write: (w: XdrWriter) => w.double(value), read: (r: XdrReader) => r.double() })),
  fc.string({ unit: 'grapheme' }).map((value) => ({
    value,
    write: (w: XdrWriter) => w.string(value),
    read: (r: XdrReader) => r.string(),
  })),
  fc.string({ unit: 'grapheme' }).map((value) => ({
    value,
    write: (w: XdrWriter) => w.string(value),
    read: (r: XdrReader) => r.cachedString(),
  })),
  fc.option(fc.string({ unit: 'grapheme' }), { nil: undefined }).map((value) => ({
    value,
    write: (w: XdrWriter) => w.optionalString(value),
    read: (r: XdrReader) => r.optionalString(),
  })),
  fc.uuid().map((value) => ({ value, write: (w: XdrWriter) => w.uuid(value), read: (r: XdrReader) => r.uuid() })),
  fc.uint8Array().map((value) => ({
    value,
    write: (w: XdrWriter) => w.opaque(value),
    read: (r: XdrReader) => r.opaque(100),
  })),
  fc.array(fc.integer({ min: -9, max: 9 })).map((value) => ({
    value,
    write: (w: XdrWriter) => w.array(value, 100, (writer, item) => writer.int32(item)),
    read: (r: XdrReader) => r.array(100, 4, (reader) => reader.int32()),
  })),
);

void test('what was written is read back, value by value, to the last byte', () => {
  fc.assert(
    fc.property(fc.array(field), (fields) => {
      const writer = new XdrWriter();
      for (const { write } of fields) write(writer);
      const bytes = writer.finish();
      assert.equal(bytes.length % 4, 0);
      const reader = new XdrReader(bytes);
      assert.deepEqual(
        fields.map(({ read }) => read(reader)),
        fields.map(({ value }) => value),
      );
      assert.equal(reader.remaining, 0);
    }),
  );
});

void test('a body cut short anywhere is a protocol error, never a wrong value or a crash', () => {
  fc.assert(
    fc.property(fc.array(field, { minLength: 1 }), fc.nat(), (fields, at) => {
      const writer = new XdrWriter();
      for (const { write } of fields) write(writer);
      const bytes = writer.finish();
      const reader = new XdrReader(bytes.subarray(0, at % bytes.length));
      assert.throws(() => fields.forEach(({ read }) => read(reader)), isProtocolError);
    }),
  );
});

void test('garbage read as anything gives a value or a protocol error', () => {
  fc.assert(
    fc.property(fc.uint8Array({ maxLength: 64 }), fc.array(field), (garbage, fields) => {
      const reader = new XdrReader(Buffer.from(garbage));
      try {
        for (const { read } of fields) read(reader);
      } catch (error) {
        assert.ok(isProtocolError(error));
      }
    }),
  );
});

void test('a list that claims more items than its bytes can hold is refused before any item is read', () => {
  const bytes = new XdrWriter().uint32(1000).uint32(0).finish();
  let items = 0;
  assert.throws(
    () => new XdrReader(bytes).array(16_384, 4, () => items++),
    /a list claims 1000 items, but only 4 bytes follow/,
  );
  assert.equal(items, 0);
});

void test('counts and lengths over their limit are refused', () => {
  assert.throws(() => new XdrReader(new XdrWriter().uint32(11).finish()).array(10, 0, () => 0), isProtocolError);
  assert.throws(() => new XdrReader(new XdrWriter().uint32(4_194_305).finish()).string(), /over the limit of 4194304/);
  assert.throws(() => new XdrReader(new XdrWriter().uint32(0xffffffff).finish()).opaque(8), isProtocolError);
});

void test('the flag of an optional value is 0 or 1', () => {
  assert.throws(() => new XdrReader(new XdrWriter().uint32(2).finish()).optionalString(), /the flag 2, not 0 or 1/);
});

void test('bytes that are not UTF-8 are replaced, the rest of the text stays', () => {
  const bytes = new XdrWriter().opaque(Uint8Array.of(0x61, 0xff, 0x62)).finish();
  assert.equal(new XdrReader(bytes).string(), 'a\ufffdb');
});

void test('an opaque value does not share memory with the frame', () => {
  const bytes = new XdrWriter().opaque(Uint8Array.of(1, 2, 3)).finish();
  const value = new XdrReader(bytes).opaque(10);
  bytes.fill(9);
  assert.deepEqual([...value], [1, 2, 3]);
});
