import assert from 'node:assert/strict';
import { test } from 'node:test';
import { createSampleIds } from './sample-id.ts';

/** The time in a UUID of version 1, in ticks of 100 ns since 15 October 1582. */
function ticksOf(id: string): bigint {
  const [low = '', middle = '', high = ''] = id.split('-');
  return BigInt(`0x${high.slice(1)}${middle}${low}`);
}

test('an id is a UUID of version 1 with the time, sequence and node of the seed', () => {
  // The example of RFC 9562, appendix A.1: 2022-02-22 19:22:22 UTC.
  const nextId = createSampleIds({ epochMs: 1_645_557_742_000, node: 0x9f6bdeced846n, clockSequence: 0x33c8 });
  assert.equal(nextId(), 'c232ab00-9414-11ec-b3c8-9f6bdeced846');
  assert.equal(nextId(), 'c232ab01-9414-11ec-b3c8-9f6bdeced846');
});

test('ids rise by one tick, also where the low part overflows', () => {
  // One tick before the low 32 bits are all ones.
  const nextId = createSampleIds({ epochMs: 1_645_557_742_000, node: 1n, clockSequence: 1 });
  const first = ticksOf(nextId());
  const toOverflow = 0x1_0000_0000n - (first & 0xffffffffn);
  const nearOverflowMs = 1_645_557_742_000 + Number(toOverflow / 10_000n);
  const nextNear = createSampleIds({ epochMs: nearOverflowMs, node: 1n, clockSequence: 1 });
  let last = ticksOf(nextNear());
  const ids = new Set<string>();
  for (let count = 0; count < 20_000; count += 1) {
    const id = nextNear();
    assert.equal(ticksOf(id), last + 1n);
    last += 1n;
    ids.add(id);
  }
  assert.equal(ids.size, 20_000);
  assert.ok(last >> 32n > first >> 32n, 'the overflow was crossed');
});
