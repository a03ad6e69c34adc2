import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { makeFrame } from '../testing/scripted-daemon.ts';
import { parseHeader } from './frame.ts';

const word = fc.nat({ max: 0xffffffff });

void test('a header is read back as it was written', () => {
  const headers = fc.record({
    program: word,
    version: word,
    procedure: fc.nat({ max: 0x7fffffff }),
    type: fc.nat({ max: 6 }),
    serial: word,
    status: fc.nat({ max: 2 }),
  });
  fc.assert(
    fc.property(headers, (header) => {
      assert.deepEqual(parseHeader(makeFrame(header)), { ...header });
    }),
  );
});

for (const [what, header] of [
  ['type 7', { type: 7 }],
  ['type -1', { type: -1 }],
  ['status 3', { status: 3 }],
  ['status -1', { status: -1 }],
] as const) {
  void test(`${what} is a protocol error that names it`, () => {
    assert.throws(() => parseHeader(makeFrame(header)), new RegExp(`unknown ${what}`));
  });
}
