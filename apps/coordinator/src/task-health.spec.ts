import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Task } from './build-tasks.ts';
import { createTaskHealth } from './task-health.ts';

const task: Task = { name: '60s', intervalMs: 60_000, matches: [], groups: [] };

test('a task is healthy while a cycle ended within the last one and a half intervals', () => {
  let nowMs = 0;
  const health = createTaskHealth(() => nowMs);
  const ok = (): boolean | undefined => health.report([task]).checks['task 60s']?.ok;
  health.taskStarted(task);
  assert.equal(ok(), true, 'it has just been started');
  nowMs = 90_001;
  assert.equal(ok(), false, 'no cycle has ended');
  health.cycleEnded(task);
  assert.equal(ok(), true);
  nowMs += 90_000;
  assert.equal(ok(), true);
  nowMs += 1;
  assert.deepEqual(health.report([task]), {
    checks: { 'task 60s': { ok: false, message: 'last cycle ended 90 s ago' } },
  });
});
