import assert from 'node:assert/strict';
import { test } from 'node:test';
import { messagePieces } from './message-pieces.ts';
import type { KafkaMessage } from './message-pieces.ts';

function message(index: number, partition: number, bytes: number): KafkaMessage {
  return { index, partition, key: Buffer.from('r1'), value: Buffer.alloc(bytes), headers: new Map() };
}

function indices(...messages: readonly KafkaMessage[]): readonly (readonly number[])[] {
  return [...messagePieces(messages)].map((piece) => piece.map(({ index }) => index));
}

test('A piece holds as much for each partition as brokers take, and messages stay in order', () => {
  assert.deepEqual(indices(), []);
  assert.deepEqual(indices(message(0, 0, 400_000), message(1, 0, 400_000), message(2, 0, 400_000)), [[0, 1], [2]]);
  assert.deepEqual(indices(message(0, 0, 500_000), message(1, 1, 500_000), message(2, 2, 500_000)), [[0, 1, 2]]);
  assert.deepEqual(indices(message(0, 0, 800_000), message(1, 1, 1), message(2, 0, 800_000), message(3, 1, 1)), [
    [0, 1],
    [2, 3],
  ]);
});

test('A message that is larger than brokers take goes alone, or with those of other partitions', () => {
  assert.deepEqual(indices(message(0, 0, 5_000_000), message(1, 1, 1), message(2, 0, 1)), [[0, 1], [2]]);
});
