import assert from 'node:assert/strict';
import { test } from 'node:test';
import { compats } from '@nephometer/sample';
import type { Metadata, MetadataValue } from '@nephometer/sample';
import fc from 'fast-check';
import { exampleSample } from '../example.ts';
import { meteringMessage } from './metering-message.ts';
import type { PythonDictionary, PythonValue } from './python-value.ts';
import { parseMessage, readTestdata } from './recorded.ts';
import { signedText, signedTextOfMessage } from './signed-text.ts';

interface Recorded {
  readonly case: string;
  readonly json: string;
  /** What Ceilometer's head hashed; empty without a secret. */
  readonly hashed_text: string;
}

const recorded = JSON.parse(readTestdata('signatures-head.json')) as readonly Recorded[];

for (const { case: name, json, hashed_text: text } of recorded.filter((each) => each.hashed_text !== '')) {
  test(`What is signed is what Ceilometer signs: ${name}`, () => {
    assert.equal(signedText(parseMessage(json), 'head'), text);
  });
}

test('Strings in lists are encoded, but not in 2015', () => {
  const message = { l: ['a', { k: 'é' }], s: 'é' };
  assert.equal(signedText(message, 'head'), "l[b'a', {b'k': b'\\xc3\\xa9'}]sé");
  assert.equal(signedText(message, '19.0.0'), signedText(message, 'head'));
  assert.equal(signedText(message, '2015'), "l['a', {'k': 'é'}]sé");
});

// Names that sort otherwise by UTF-16 unit, or after they were joined.
const key = fc.string({ unit: fc.constantFrom('a', 'b', '-', ':', '~', '\uffff', '\u{1f600}'), maxLength: 4 });
const { value } = fc.letrec<{ value: MetadataValue }>((tie) => ({
  value: fc.oneof(
    { depthSize: 'small' },
    fc.constantFrom('', 'text', 1, 0.5, true, null),
    fc.dictionary(key, tie('value')),
  ),
}));
const dictionary: fc.Arbitrary<Metadata> = fc.dictionary(key, value);

test('Pairs are sorted at each level, those of a dictionary where its name stands', () => {
  fc.assert(
    fc.property(dictionary, (message) => {
      // Every value has a path. Paths compared name by name, by code points, are in the order of the pairs.
      const leaves = leavesOf(message, []).sort((a, b) => comparePaths(a.path, b.path));
      assert.equal(signedText(message, 'head'), leaves.map(({ path, text }) => path.join(':') + text).join(''));
    }),
    { numRuns: 1000 },
  );
});

test('A message of ours gives the same text by the short way, for every version, the first time and again', () => {
  const options = fc.record(
    { compat: fc.constantFrom(...compats), publisherId: fc.string() },
    { requiredKeys: ['compat'] },
  );
  const fields = fc.record({
    volume: fc.oneof(fc.integer(), fc.double()),
    isFloat: fc.boolean(),
    userName: fc.option(fc.string()),
    monotonicTime: fc.option(fc.double({ noNaN: true })),
  });
  fc.assert(
    fc.property(options, fields, dictionary, (given, some, metadata) => {
      const resourceMetadata = { ...metadata, list: ['a', 'é'] };
      for (const compat of [given.compat, ...compats, given.compat]) {
        const message = meteringMessage(exampleSample({ ...some, resourceMetadata }), { ...given, compat });
        assert.equal(signedTextOfMessage(message, compat), signedText({ ...message }, compat));
      }
    }),
  );
});

interface Leaf {
  readonly path: readonly string[];
  readonly text: string;
}

function leavesOf(value: PythonValue, path: readonly string[]): Leaf[] {
  if (typeof value === 'object' && value !== null) {
    return Object.entries(value as PythonDictionary).flatMap(([name, entry]) => leavesOf(entry, [...path, name]));
  }
  const names = new Map<PythonValue, string>([
    [true, 'True'],
    [null, 'None'],
  ]);
  return [{ path, text: names.get(value) ?? String(value) }];
}

function comparePaths([a, ...restOfA]: readonly string[], [b, ...restOfB]: readonly string[]): number {
  if (a === undefined || b === undefined) return Number(b === undefined) - Number(a === undefined);
  // UTF-8 sorts as code points do.
  return Buffer.compare(Buffer.from(a), Buffer.from(b)) || comparePaths(restOfA, restOfB);
}
