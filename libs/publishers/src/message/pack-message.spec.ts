import assert from 'node:assert/strict';
import { test } from 'node:test';
import { decode } from '@msgpack/msgpack';
import fc from 'fast-check';
import type { MetadataValue } from '@nephometer/sample';
import { exampleSample } from '../example.ts';
import { createMessageSigner } from './message-signer.ts';
import { meteringMessage } from './metering-message.ts';
import { packMessage } from './pack-message.ts';
import { recordedPacks } from './recorded.ts';

for (const { compat, cases } of recordedPacks()) {
  test(`Messages of ${compat} are packed as Ceilometer packs them, byte for byte`, () => {
    for (const { sample, packed, publisherId } of cases) {
      const message = meteringMessage(sample, { compat, ...(publisherId !== undefined && { publisherId }) });
      assert.equal(
        packMessage(createMessageSigner({ secret: 'secret', compat }).sign(message)).toString('hex'),
        packed,
      );
    }
  });
}

/** The bytes of a value in the metadata of a message, in hexadecimal. */
function packed(value: MetadataValue): string {
  const message = meteringMessage(exampleSample({ resourceMetadata: { k: value } }), { compat: '2015' });
  const text = packMessage(message).toString('hex');
  const start = text.indexOf('81a16b') + 6;
  return text.slice(start, text.indexOf('aa6d6573736167655f6964', start));
}

test('Numbers without a fraction take the fewest bytes, at each border', () => {
  const table: readonly (readonly [number, string])[] = [
    [0, '00'],
    [-0, '00'],
    [127, '7f'],
    [128, 'cc80'],
    [255, 'ccff'],
    [256, 'cd0100'],
    [65535, 'cdffff'],
    [65536, 'ce00010000'],
    [2 ** 32 - 1, 'ceffffffff'],
    [2 ** 32, 'cf0000000100000000'],
    [2 ** 63, 'cf8000000000000000'],
    [2 ** 64 - 2048, 'cffffffffffffff800'],
    [2 ** 64, 'cb43f0000000000000'],
    [-1, 'ff'],
    [-32, 'e0'],
    [-33, 'd0df'],
    [-128, 'd080'],
    [-129, 'd1ff7f'],
    [-32768, 'd18000'],
    [-32769, 'd2ffff7fff'],
    [-(2 ** 31), 'd280000000'],
    [-(2 ** 31) - 1, 'd3ffffffff7fffffff'],
    [-(2 ** 63), 'd38000000000000000'],
    [-(2 ** 64), 'cbc3f0000000000000'],
    [0.5, 'cb3fe0000000000000'],
  ];
  for (const [value, bytes] of table) assert.equal(packed(value), bytes, String(value));
});

test('Sizes of texts, lists and maps take the fewest bytes, at each border', () => {
  const header = (bytes: string, size: number) => bytes.slice(0, bytes.length - 2 * size);
  const text = (size: number) => header(packed('x'.repeat(size)), size);
  assert.deepEqual([0, 31, 32, 255, 256, 65535, 65536].map(text), [
    'a0',
    'bf',
    'd920',
    'd9ff',
    'da0100',
    'daffff',
    'db00010000',
  ]);
  const list = (size: number) => header(packed(Array.from({ length: size }, () => 1)), size);
  assert.deepEqual([0, 15, 16, 65535, 65536].map(list), ['90', '9f', 'dc0010', 'dcffff', 'dd00010000']);
  const map = (size: number) => packed(Object.fromEntries(Array.from({ length: size }, (_, key) => [`k${key}`, 1])));
  for (const [size, bytes] of [
    [0, '80'],
    [15, '8f'],
    [16, 'de0010'],
    [65535, 'deffff'],
    [65536, 'df00010000'],
  ] as const) {
    assert.ok(map(size).startsWith(bytes), String(size));
  }
});

test('A whole volume or time that is a float is one, also in a message that shares its metadata', () => {
  const resourceMetadata = { name: 'é' };
  const hexadecimal = (isFloat: boolean) =>
    packMessage(
      meteringMessage(exampleSample({ volume: 512, isFloat, monotonicTime: 7, resourceMetadata }), { compat: 'head' }),
    ).toString('hex');
  const volumeKey = Buffer.from('counter_volume').toString('hex');
  assert.ok(hexadecimal(true).includes(`${volumeKey}cb4080000000000000`));
  assert.ok(hexadecimal(false).includes(`${volumeKey}cd0200`));
  assert.ok(hexadecimal(false).endsWith(`${Buffer.from('monotonic_time').toString('hex')}cb401c000000000000`));
});

test('Any metadata is what another reader of the format reads', () => {
  // The reader refuses this one.
  const key = fc.string().filter((name) => name !== '__proto__');
  const value = fc.letrec<{ value: MetadataValue }>((tie) => ({
    value: fc.oneof(
      { depthSize: 'small' },
      fc.string({ unit: 'binary' }),
      fc.maxSafeInteger(),
      fc.double({ noNaN: true, noDefaultInfinity: true }).filter((number) => !Object.is(number, -0)),
      fc.boolean(),
      fc.constant(null),
      fc.array(tie('value')),
      fc.dictionary(key, tie('value')),
    ),
  })).value;
  fc.assert(
    fc.property(fc.dictionary(key, value), (metadata) => {
      const bytes = packMessage(meteringMessage(exampleSample({ resourceMetadata: metadata }), { compat: 'head' }));
      const { resource_metadata: read } = decode(bytes) as { readonly resource_metadata: unknown };
      assert.deepEqual(JSON.parse(JSON.stringify(read)), JSON.parse(JSON.stringify(metadata)));
    }),
    { examples: [[{ list: Array.from({ length: 300 }, (_, index) => 'x'.repeat(index)) }]] },
  );
});
