import assert from 'node:assert/strict';
import { test } from 'node:test';
import { createTextBuffer } from './text-buffer.ts';

test('Texts stand one behind the other, whatever room there was', () => {
  for (const room of [0, 1, 5, 100]) {
    const buffer = createTextBuffer(room);
    assert.equal(buffer.bytes, 0);
    for (const text of ['a', '', 'é世🖥', 'x'.repeat(50)]) buffer.append(text);
    assert.equal(buffer.bytes, 1 + 9 + 50);
    assert.equal(String(buffer.first(buffer.bytes)), `aé世🖥${'x'.repeat(50)}`);
  }
});

test('What was removed from the beginning makes way for the rest', () => {
  const buffer = createTextBuffer(8);
  buffer.append('0123456789');
  buffer.drop(4);
  buffer.append('ab');
  assert.equal(String(buffer.first(buffer.bytes)), '456789ab');
  assert.equal(String(buffer.first(2)), '45');
  buffer.drop(buffer.bytes);
  assert.equal(buffer.bytes, 0);
});
