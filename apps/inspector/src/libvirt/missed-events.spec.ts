import assert from 'node:assert/strict';
import { test } from 'node:test';
import { eventually } from '@nephometer/test-kit';
import { collectingLogger } from '../testing/quiet-logger.ts';
import { createMissedEvents } from './missed-events.ts';

void test('what no event tells within the grace is counted once, by who found it', async () => {
  const told: [number, string][] = [];
  const { logger, lines } = collectingLogger();
  const missed = createMissedEvents({ logger, onMissed: (...args) => told.push(args), graceMs: 1 });
  const controller = new AbortController();
  const watching = assert.rejects(missed.watch(controller.signal), /enough/);
  missed.found('a', 'resync');
  missed.found('a', 'reading');
  missed.found('b', 'resync');
  missed.found('c', 'reading');
  missed.found('late', 'resync');
  missed.announced('late');
  await eventually(() => assert.equal(told.length, 2));
  assert.deepEqual(told, [
    [2, 'resync'],
    [1, 'reading'],
  ]);
  const [resync, reading] = lines();
  assert.deepEqual([resync?.['count'], resync?.['ids'], reading?.['count']], [2, ['a', 'b'], 1]);
  missed.found('a', 'reading');
  await eventually(() => assert.equal(told.length, 3));
  assert.deepEqual(told[2], [1, 'reading']);
  controller.abort(new Error('enough'));
  await watching;
});

void test('an event during the grace, or the loss of events, takes a finding back', async () => {
  const told: [number, string][] = [];
  const { logger } = collectingLogger();
  const missed = createMissedEvents({ logger, onMissed: (...args) => told.push(args), graceMs: 20 });
  const controller = new AbortController();
  const watching = assert.rejects(missed.watch(controller.signal), /enough/);
  missed.found('a', 'resync');
  missed.found('b', 'resync');
  missed.found('c', 'resync');
  // The grace has begun by the next turn of the event loop.
  await new Promise((resolve) => setImmediate(resolve));
  missed.announced('a');
  missed.found('d', 'resync');
  missed.announced('d');
  await eventually(() => assert.deepEqual(told, [[2, 'resync']]));
  missed.found('e', 'resync');
  await new Promise((resolve) => setImmediate(resolve));
  missed.forget();
  missed.found('f', 'reading');
  await eventually(() => assert.equal(told.length, 2));
  assert.deepEqual(told[1], [1, 'reading']);
  controller.abort(new Error('enough'));
  await watching;
});
