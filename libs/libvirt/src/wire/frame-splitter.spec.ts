import assert from 'node:assert/strict';
import { Buffer } from 'node:buffer';
import { test } from 'node:test';
import fc from 'fast-check';
import { LibvirtError } from '../error.ts';
import { makeFrame } from '../testing/scripted-daemon.ts';
import { createFrameSplitter } from './frame-splitter.ts';

const frames = fc.array(
  fc
    .tuple(fc.nat({ max: 1000 }), fc.uint8Array({ maxLength: 300 }))
    .map(([serial, body]) => makeFrame({ serial }, (writer) => writer.opaque(body))),
);

void test('frames come out whole and in order, however they were cut', () => {
  fc.assert(
    fc.property(frames, fc.array(fc.integer({ min: 1, max: 200 }), { minLength: 1 }), (sent, cuts) => {
      const stream = Buffer.concat(sent);
      const splitter = createFrameSplitter();
      const received: string[] = [];
      let cut = 0;
      for (let offset = 0; offset < stream.length;) {
        const end = Math.min(stream.length, offset + (cuts[cut++ % cuts.length] ?? 1));
        splitter.push(stream.subarray(offset, end), (frame) => received.push(frame.toString('hex')));
        offset = end;
      }
      assert.deepEqual(
        received,
        sent.map((frame) => frame.toString('hex')),
      );
    }),
  );
});

void test('frames that end with the same chunk are all handed over', () => {
  const splitter = createFrameSplitter();
  const [one, two] = [makeFrame({ serial: 1 }), makeFrame({ serial: 2 })];
  const received: number[] = [];
  splitter.push(Buffer.concat([one, two, one]), (frame) => received.push(frame.readUInt32BE(20)));
  assert.deepEqual(received, [1, 2, 1]);
});

for (const [length, verdict] of [
  [0, 'refused'],
  [27, 'refused'],
  [28, 'waited for'],
  [33_554_436, 'waited for'],
  [33_554_437, 'refused'],
  [0xffffffff, 'refused'],
] as const) {
  void test(`a frame that claims ${length} bytes is ${verdict}`, () => {
    const word = Buffer.alloc(4);
    word.writeUInt32BE(length);
    for (const chunks of [[word], [word.subarray(0, 1), word.subarray(1)]]) {
      const splitter = createFrameSplitter();
      const push = (): void => chunks.forEach((chunk) => splitter.push(chunk, () => assert.fail('no frame is whole')));
      if (verdict === 'refused') {
        assert.throws(push, (error) => error instanceof LibvirtError && error.code === 'protocol-error');
      } else {
        push();
      }
    }
  });
}

void test('a frame of the greatest length arrives', () => {
  const frame = Buffer.alloc(33_554_436, 7);
  frame.writeUInt32BE(frame.length);
  const splitter = createFrameSplitter();
  let received = 0;
  for (let offset = 0; offset < frame.length; offset += 65_536) {
    splitter.push(frame.subarray(offset, offset + 65_536), (whole) => {
      received = whole.equals(frame) ? whole.length : -1;
    });
  }
  assert.equal(received, frame.length);
});
