import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import type { Metadata, MetadataValue } from '../resource.ts';
import type { Sample } from '../sample.ts';
import { createSampleIds } from '../sample-id.ts';
import { PackError } from './pack-error.ts';
import { packSamples } from './pack-samples.ts';
import { unpackSamples } from './unpack-samples.ts';

const text = fc.oneof(fc.string({ maxLength: 6 }), fc.string({ unit: 'binary', maxLength: 4 }), fc.constant('\ud800'));
const value: fc.Arbitrary<MetadataValue> = fc
  .jsonValue({ maxDepth: 2 })
  // JSON has no negative zero.
  .map((each) => JSON.parse(JSON.stringify(each)) as MetadataValue);
const key = fc.oneof(text, fc.constantFrom('__proto__', 'constructor', 'toString', '7'));
const metadata: fc.Arbitrary<Metadata> = fc
  .array(fc.tuple(key, value), { maxLength: 4 })
  .map((entries) => Object.fromEntries(entries));
const nullable = fc.option(text);
const number = fc.double({ noNaN: true });
const id = fc.oneof(
  fc.uuid(),
  text,
  fc.uuid().map((each) => each.toUpperCase()),
  fc.nat(3).map((count) => `0000000${count}-tail`),
);

/** Samples that share what samples share. */
const samples: fc.Arbitrary<Sample[]> = fc
  .tuple(fc.array(metadata, { minLength: 1, maxLength: 3 }), fc.array(text, { minLength: 1, maxLength: 3 }))
  .chain(([shared, names]) =>
    fc.array(
      fc.record(
        {
          name: fc.constantFrom(...names),
          type: fc.constantFrom('cumulative' as const, 'delta' as const, 'gauge' as const),
          unit: fc.constantFrom('', 'B'),
          volume: number,
          isFloat: fc.boolean(),
          userId: nullable,
          userName: nullable,
          projectId: fc.constantFrom(...names, null),
          projectName: nullable,
          resourceId: fc.constantFrom(...names),
          timestamp: fc.constantFrom(...names),
          resourceMetadata: fc.constantFrom(...shared),
          source: fc.constantFrom(...names),
          id,
          monotonicTime: fc.option(number),
        },
        { noNullPrototype: true },
      ),
      { maxLength: 20 },
    ),
  );

test('samples come back as they were, every field and every key in its order', () => {
  fc.assert(
    fc.property(samples, (before) => {
      const after = unpackSamples(packSamples(before));
      assert.deepEqual(after, before);
      assert.equal(JSON.stringify(after), JSON.stringify(before), 'the order of keys is part of it');
      assert.ok(after.every(({ volume }, index) => Object.is(volume, before[index]?.volume)));
    }),
    { numRuns: 1000 },
  );
});

test('samples share their metadata exactly where they did', () => {
  fc.assert(
    fc.property(samples, (before) => {
      const after = unpackSamples(packSamples(before));
      const resourceOf = ({ resourceId, userId, userName, projectId, projectName, source }: Sample) =>
        JSON.stringify([resourceId, userId, userName, projectId, projectName, source]);
      for (const [index, one] of before.entries()) {
        const other = before.findIndex((each) => resourceOf(each) === resourceOf(one));
        assert.equal(
          after[index]?.resourceMetadata === after[other]?.resourceMetadata,
          one.resourceMetadata === before[other]?.resourceMetadata,
        );
      }
    }),
  );
});

function exampleSamples(count: number): Sample[] {
  const nextId = createSampleIds({ epochMs: 1_645_557_742_000, node: 0x9f6bdeced846n, clockSequence: 1 });
  const guests = Array.from({ length: 50 }, (_, guest) => ({ display_name: `web-${guest}`, flavor: { vcpus: 2 } }));
  return Array.from({ length: count }, (_, index) => ({
    name: `meter.${Math.floor(index / 50) % 40}`,
    type: 'gauge',
    unit: 'B',
    volume: index * 1.5,
    isFloat: true,
    userId: 'a1f4684e58bd4c88aefd2ecb0783b497',
    userName: null,
    projectId: 'd99c829753f64057bc0f2030da309943',
    projectName: null,
    resourceId: `a75c2fa5-6c03-45a8-bbf7-0000000000${index % 50}`,
    timestamp: '2026-01-02T03:04:05.678901',
    resourceMetadata: guests[index % 50] ?? {},
    source: 'openstack',
    id: nextId(),
    monotonicTime: 5.5,
  }));
}

test('a pack is small: what samples share is in it once', () => {
  assert.ok(packSamples(exampleSamples(2000)).byteLength < 2000 * 20);
});

test('ids of any number come back, also where the head starts anew', () => {
  const ids = [0, 255, 256, 0xff_ffff, 0x7fff_ffff, 0x8000_0000, 0xffff_ffff].map(
    (head) => `${head.toString(16).padStart(8, '0')}-9414-11ec-b3c8-9f6bdeced846`,
  );
  const before = exampleSamples(ids.length).map((sample, index) => ({ ...sample, id: ids[index] ?? '' }));
  assert.deepEqual(unpackSamples(packSamples(before)), before);
});

test('many resources, meters and stamps need wider places', () => {
  const before = exampleSamples(70_000).map((sample, index) => ({
    ...sample,
    resourceId: `r${index}`,
    name: `m${index % 300}`,
    timestamp: `t${index % 2}`,
  }));
  assert.equal(JSON.stringify(unpackSamples(packSamples(before))), JSON.stringify(before));
});

test('a pack is read wherever it lies in a buffer', () => {
  const pack = packSamples(exampleSamples(3));
  const buffer = new Uint8Array(pack.byteLength + 7);
  buffer.set(pack, 3);
  assert.deepEqual(unpackSamples(buffer.subarray(3, 3 + pack.byteLength)), exampleSamples(3));
});

test('a pack of a newer version is told from a damaged one', () => {
  const pack = packSamples([]);
  assert.deepEqual(unpackSamples(pack), []);
  pack[0] = 2;
  assert.throws(() => unpackSamples(pack), { name: 'PackError', code: 'unknown_version', message: /version 2/ });
  assert.throws(() => unpackSamples(new Uint8Array()), { name: 'PackError', code: 'damaged' });
});

/** Reads bytes that may be anything: samples of the right shape come out, or a PackError. */
function readHostile(bytes: Uint8Array): void {
  try {
    for (const sample of unpackSamples(bytes)) {
      assert.equal(typeof sample.id, 'string');
      assert.equal(typeof sample.volume, 'number');
      assert.equal(typeof sample.resourceId, 'string');
      assert.equal(Object.getPrototypeOf(sample.resourceMetadata), Object.prototype);
    }
  } catch (error) {
    assert.ok(error instanceof PackError, String(error));
  }
}

test('no bytes do harm, cut, flipped or invented', () => {
  const pack = packSamples(exampleSamples(5));
  for (let end = 0; end < pack.byteLength; end += 1) {
    assert.throws(() => unpackSamples(pack.subarray(0, end)), { name: 'PackError' });
  }
  const flips = fc.array(fc.tuple(fc.nat(pack.byteLength - 1), fc.nat(255)), { minLength: 1, maxLength: 4 });
  fc.assert(
    fc.property(flips, (changes) => {
      const bytes = pack.slice();
      for (const [at, byte] of changes) bytes[at] = byte;
      readHostile(bytes);
    }),
    { numRuns: 2000 },
  );
  fc.assert(fc.property(fc.uint8Array(), (bytes) => readHostile(Uint8Array.of(1, ...bytes))));
  assert.equal(({} as Record<string, unknown>)['polluted'], undefined);
});

test('a dictionary that is not one is a damaged pack', () => {
  const withDictionary = (dictionary: string) => {
    const json = new TextEncoder().encode(dictionary);
    const pack = new Uint8Array(9 + json.byteLength + 12);
    const view = new DataView(pack.buffer);
    pack[0] = 1;
    view.setUint32(1, 1, true);
    view.setUint32(5, json.byteLength, true);
    pack.set(json, 9);
    return pack;
  };
  const lists = { meters: [['m', 'gauge', 'B', false]], values: ['a', null, {}], shapes: [['__proto__']] };
  const origin = [1, 1, 1, 1, 0, 0, 0];
  const whole = { ...lists, metadata: [[0, 2]], origins: [origin], timestamps: [], tails: ['x'] };
  const bad: readonly unknown[] = [
    null,
    [],
    7,
    {},
    { ...whole, timestamps: undefined },
    { ...whole, meters: [['m', 'other', 'B', false]] },
    { ...whole, meters: [['m', 'gauge', 'B', 1]] },
    { ...whole, metadata: [[1, 2]] },
    { ...whole, metadata: [[0]] },
    { ...whole, metadata: [[0, '__proto__']] },
    { ...whole, origins: [[1, 1, 1, 1, 1, 0, 0]] },
    { ...whole, origins: [[2, 1, 1, 1, 0, 0, 0]] },
    { ...whole, origins: [[1, 1, 1, 1, 0, 0, 0.5]] },
    { ...whole, tails: [7] },
    { ...whole, tails: [[]] },
    // Whole but for the sample, whose stamp is not there.
    whole,
  ];
  for (const dictionary of bad) {
    const pack = withDictionary(JSON.stringify(dictionary));
    assert.throws(() => unpackSamples(pack), { name: 'PackError', code: 'damaged' }, JSON.stringify(dictionary));
  }
  const deep = withDictionary(`{"meters":${'['.repeat(200_000)}`);
  assert.throws(() => unpackSamples(deep), { name: 'PackError', code: 'damaged' });
});
