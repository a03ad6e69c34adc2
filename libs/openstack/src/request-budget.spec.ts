import assert from 'node:assert/strict';
import { test } from 'node:test';
import { sleep } from '@nephometer/abortable';
import fc from 'fast-check';
import { createHandClock } from './hand-clock.ts';
import { createRequestBudget } from './request-budget.ts';

const { signal } = new AbortController();

test('After a rest as many requests begin at once as may be under way, the others at the pace', async () => {
  const clock = createHandClock();
  const startMs = clock.nowMs;
  const budget = createRequestBudget({ requestsPerSecond: 10, concurrentRequests: 3 }, clock);
  const begunMs: number[] = [];
  for (let count = 0; count < 6; count += 1) await budget.run(async () => begunMs.push(clock.nowMs - startMs), signal);
  assert.deepEqual(begunMs, [0, 0, 0, 100, 200, 300]);
});

test('However many ask, never more begin in a second nor are under way than allowed, and all have their turn in order', async () => {
  await fc.assert(
    fc.asyncProperty(fc.integer({ min: 1, max: 60 }), fc.integer({ min: 1, max: 5 }), async (many, concurrent) => {
      const clock = createHandClock();
      const startMs = clock.nowMs;
      const budget = createRequestBudget({ requestsPerSecond: 20, concurrentRequests: concurrent }, clock);
      const order: number[] = [];
      let underWay = 0;
      let most = 0;
      await Promise.all(
        Array.from({ length: many }, (_, index) =>
          budget.run(async () => {
            order.push(index);
            underWay += 1;
            most = Math.max(most, underWay);
            await Promise.resolve();
            underWay -= 1;
          }, signal),
        ),
      );
      assert.ok(most <= concurrent);
      assert.deepEqual(
        order,
        order.toSorted((left, right) => left - right),
      );
      assert.equal(order.length, many);
      assert.ok(clock.nowMs - startMs >= (many - concurrent) * 50);
    }),
    { numRuns: 50 },
  );
});

test('Who aborts while waiting leaves the queue, and the place goes to the next', async () => {
  const clock = createHandClock();
  const budget = createRequestBudget({ requestsPerSecond: 1000, concurrentRequests: 1 }, clock);
  const gate = Promise.withResolvers<void>();
  const first = budget.run(() => gate.promise, signal);
  const impatient = new AbortController();
  const second = budget.run(async () => 'never', impatient.signal);
  const third = budget.run(async () => 'third', signal);
  impatient.abort(new Error('enough'));
  await assert.rejects(second, /enough/);
  gate.resolve();
  await first;
  assert.equal(await third, 'third');
});

test('A request that fails, or is aborted while it keeps the pace, gives its place back', async () => {
  const budget = createRequestBudget({ requestsPerSecond: 0.001, concurrentRequests: 1 }, { now: () => 0, sleep });
  await assert.rejects(
    budget.run(() => Promise.reject(new Error('no')), signal),
    /no/,
  );
  const impatient = new AbortController();
  const waiting = budget.run(async () => 'never', impatient.signal);
  impatient.abort(new Error('enough'));
  await assert.rejects(waiting, /enough/);
  const last = new AbortController();
  const queued = budget.run(async () => 'never', last.signal);
  last.abort(new Error('over'));
  await assert.rejects(queued, /over/);
});
