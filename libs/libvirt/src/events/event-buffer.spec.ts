import assert from 'node:assert/strict';
import { test } from 'node:test';
import { createEventBuffer } from './event-buffer.ts';
import type { DaemonEvent } from './event.ts';

const event = (id: number): DaemonEvent => ({ type: 'reboot', domain: { name: 'vm', uuid: 'u', id } });
const end = { done: true, value: undefined };

void test('events come out in order, whether the reader or the event was first', async () => {
  const buffer = createEventBuffer(10);
  const early = [buffer.next(), buffer.next()];
  for (const id of [1, 2, 3]) buffer.push(event(id));
  assert.deepEqual(
    [...(await Promise.all(early)), await buffer.next()].map(({ value }) => value),
    [1, 2, 3].map(event),
  );
});

void test('one event too many turns all into an overflow event that counts them, before anything newer', async () => {
  const buffer = createEventBuffer(2);
  for (const id of [1, 2, 3, 4]) buffer.push(event(id));
  assert.deepEqual((await buffer.next()).value, { type: 'overflow', dropped: 3 });
  assert.deepEqual((await buffer.next()).value, event(4));
  for (const id of [5, 6, 7, 8, 9, 10, 11]) buffer.push(event(id));
  assert.deepEqual((await buffer.next()).value, { type: 'overflow', dropped: 6 });
  assert.deepEqual((await buffer.next()).value, event(11));
});

void test('at the end what came before is handed out, then the reason is thrown once, then nothing more comes', async () => {
  const buffer = createEventBuffer(2);
  buffer.push(event(1));
  const reason = new Error('gone');
  buffer.end(reason);
  buffer.push(event(2));
  assert.deepEqual((await buffer.next()).value, event(1));
  await assert.rejects(buffer.next(), (error) => error === reason);
  assert.deepEqual(await buffer.next(), end);
});

void test('when cut, waiting readers end at once and what is buffered is forgotten', async () => {
  const buffer = createEventBuffer(2);
  const waiting = [buffer.next(), buffer.next()].map((next) => next.catch((error: unknown) => error));
  buffer.cut({ error: 'stop' });
  assert.deepEqual(await Promise.all(waiting), ['stop', end]);
  const full = createEventBuffer(2);
  full.push(event(1));
  full.cut();
  assert.deepEqual(await full.next(), end);
});
