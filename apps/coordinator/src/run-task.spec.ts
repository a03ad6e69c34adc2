import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Tick } from '@nephometer/abortable';
import { InspectorError } from '@nephometer/inspector-client';
import { createLogger, createSelfMetrics } from '@nephometer/service';
import type { SelfMetrics } from '@nephometer/service';
import type { Task } from './build-tasks.ts';
import { createCoordinatorMetrics } from './coordinator-metrics.ts';
import type { Host } from './host.ts';
import { runTask } from './run-task.ts';
import type { TaskInput } from './run-task.ts';

const task: Task = { name: '60s', intervalMs: 60_000, matches: [], groups: [] };

/** A host that nobody can reach. */
const away: Host = {
  target: 'away:7750',
  inspect: () => Promise.reject(new InspectorError('unreachable', 'away:7750', 'gone')),
  refresh: () => Promise.resolve(),
  refreshDiscoveries: () => Promise.resolve([]),
  resourcesOf: () => [],
  takeSkipped: () => [],
  close: () => undefined,
};

/** What a task needs, on hosts, and where it counts and logs. */
function prepare(hosts: readonly Host[]): {
  input: TaskInput;
  metrics: SelfMetrics;
  logged: Record<string, unknown>[];
} {
  const logged: Record<string, unknown>[] = [];
  const destination = { write: (line: string) => void logged.push(JSON.parse(line) as Record<string, unknown>) };
  const metrics = createSelfMetrics({ service: 'test', version: '0' });
  const input: TaskInput = {
    task: () => task,
    hosts,
    stamps: { source: 'openstack', nextId: () => 'id' },
    metrics: createCoordinatorMetrics(metrics, {
      pipeline: { transformed: () => [] },
      ledgers: () => [],
      cloud: undefined,
    }),
    logger: createLogger({ name: 'test', destination }),
    member: 'm',
    onOutcome: () => undefined,
    onCycle: () => undefined,
  };
  return { input, metrics, logged };
}

async function* due(...ticks: Tick[]): AsyncGenerator<Tick> {
  yield* ticks;
}

test('a cycle for each tick, and the ticks that were skipped are counted and said', async () => {
  const { input, metrics, logged } = prepare([]);
  const { signal } = new AbortController();
  await runTask(input, signal, due({ dueAtMs: 0, skipped: 0 }, { dueAtMs: 1, skipped: 2 }, { dueAtMs: 2, skipped: 0 }));
  const text = await metrics.text();
  assert.match(text, /nephometer_coordinator_cycle_duration_seconds_count\{task="60s"\} 3/);
  assert.match(text, /nephometer_coordinator_ticks_skipped_total\{task="60s"\} 2/);
  const skips = logged.filter(({ skipped }) => skipped !== undefined);
  assert.deepEqual(
    skips.map(({ level, skipped }) => [level, skipped]),
    [['warn', 2]],
  );
});

test('a host that cannot be read is counted by its code, in a line for the cycle', async () => {
  const { input, metrics, logged } = prepare([away]);
  await runTask(input, new AbortController().signal, due({ dueAtMs: 0, skipped: 0 }));
  assert.match(await metrics.text(), /nephometer_coordinator_hosts_failed_total\{task="60s",code="unreachable"\} 1/);
  assert.deepEqual(
    logged.map(({ msg, polled, failed }) => [msg, polled, failed]),
    [['cycle', 0, 1]],
  );
});

test('an abort ends the task with its reason', async () => {
  const { input } = prepare([]);
  const controller = new AbortController();
  const running = runTask({ ...input, onCycle: () => controller.abort(new Error('stop')) }, controller.signal);
  await assert.rejects(running, /^Error: stop$/);
});
