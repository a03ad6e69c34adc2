import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Clock, Tick } from './ticks.ts';
import { ticks } from './ticks.ts';

/** A clock that moves only when somebody sleeps or says so. */
function createClock(startMs: number): Clock & { advance(ms: number): void } {
  let nowMs = startMs;
  return {
    now: () => nowMs,
    advance: (ms) => {
      nowMs += ms;
    },
    sleep: async (ms, signal) => {
      signal.throwIfAborted();
      nowMs += ms;
    },
  };
}

const { signal } = new AbortController();

async function next(generator: AsyncGenerator<Tick>): Promise<Tick> {
  const { value } = (await generator.next()) as { value: Tick };
  return value;
}

test('ticks keep to the wall clock at their offset', async () => {
  const generator = ticks({ intervalMs: 100, offsetMs: 30 }, signal, createClock(1000));
  assert.deepEqual(await next(generator), { dueAtMs: 1030, skipped: 0 });
  assert.deepEqual(await next(generator), { dueAtMs: 1130, skipped: 0 });
  assert.deepEqual(await next(generator), { dueAtMs: 1230, skipped: 0 });
});

test('an immediate first tick is followed by one at least half an interval later', async () => {
  const early = ticks({ intervalMs: 100, offsetMs: 30, immediate: true }, signal, createClock(1000));
  assert.deepEqual(
    [await next(early), await next(early)].map(({ dueAtMs }) => dueAtMs),
    [1000, 1130],
  );
  const late = ticks({ intervalMs: 100, offsetMs: 80, immediate: true }, signal, createClock(1000));
  assert.deepEqual(
    [await next(late), await next(late)].map(({ dueAtMs }) => dueAtMs),
    [1000, 1080],
  );
});

test('ticks that fall due while the body runs are skipped and counted', async () => {
  const clock = createClock(1000);
  const generator = ticks({ intervalMs: 100, offsetMs: 0 }, signal, clock);
  assert.deepEqual(await next(generator), { dueAtMs: 1100, skipped: 0 });
  clock.advance(99);
  assert.deepEqual(await next(generator), { dueAtMs: 1200, skipped: 0 });
  clock.advance(250);
  assert.deepEqual(await next(generator), { dueAtMs: 1500, skipped: 2 });
  clock.advance(100);
  assert.deepEqual(await next(generator), { dueAtMs: 1600, skipped: 0 });
});

test('a clock that is set back does not stop the ticks', async () => {
  const clock = createClock(1_000_000);
  const generator = ticks({ intervalMs: 100, offsetMs: 0 }, signal, clock);
  await next(generator);
  clock.advance(-500_000);
  assert.deepEqual(await next(generator), { dueAtMs: 500_200, skipped: 0 });
});

test('an abort ends the ticks with its reason', async () => {
  const controller = new AbortController();
  const generator = ticks({ intervalMs: 60_000, offsetMs: 0 }, controller.signal);
  const tick = generator.next();
  controller.abort(new Error('stop'));
  await assert.rejects(tick, /stop/);
});
