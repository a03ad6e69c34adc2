import assert from 'node:assert/strict';
import { Buffer } from 'node:buffer';
import { test } from 'node:test';
import { wireVector } from '../testing/wire-vectors.ts';
import { XdrReader } from '../xdr/reader.ts';
import { XdrWriter } from '../xdr/writer.ts';
import { readTypedParams } from './typed-params.ts';

void test('a double, a negative llong and a negative int keep their type and sign', () => {
  const { payloadHex = '' } = wireVector(
    'CONSTRUCTED typed params (not seen live): double, negative llong, negative int',
  );
  assert.deepEqual(readTypedParams(new XdrReader(Buffer.from(payloadHex, 'hex')), 10), [
    { name: 'demo.double', type: 'double', value: 0.5 },
    { name: 'demo.neg', type: 'llong', value: -2n },
    { name: 'demo.int', type: 'int', value: -1 },
  ]);
});

void test('the other types are a number, a bigint, a truth value and a text', () => {
  const bytes = new XdrWriter().uint32(4);
  bytes.string('u').int32(2).uint32(0xffffffff);
  bytes
    .string('q')
    .int32(4)
    .uint64(2n ** 64n - 1n);
  bytes.string('b').int32(6).int32(1);
  bytes.string('s').int32(7).string('größe');
  assert.deepEqual(readTypedParams(new XdrReader(bytes.finish()), 10), [
    { name: 'u', type: 'uint', value: 0xffffffff },
    { name: 'q', type: 'ullong', value: 2n ** 64n - 1n },
    { name: 'b', type: 'boolean', value: true },
    { name: 's', type: 'string', value: 'größe' },
  ]);
});

void test('a type that does not exist is a protocol error that names the parameter', () => {
  const bytes = new XdrWriter().uint32(1).string('odd.one').int32(8).int32(0).finish();
  assert.throws(() => readTypedParams(new XdrReader(bytes), 10), /"odd.one" has the unknown type 8/);
});

void test('optional and short strings of the constructed vector are read with their padding', () => {
  const { payloadHex = '' } = wireVector('CONSTRUCTED optional string null and strings of length 0..5');
  const reader = new XdrReader(Buffer.from(payloadHex, 'hex'));
  assert.equal(reader.optionalString(), undefined);
  assert.equal(reader.optionalString(), '');
  for (const text of ['', 'a', 'ab', 'abc', 'abcd', 'abcde']) assert.equal(reader.string(), text);
  assert.equal(reader.remaining, 0);
});
