import type { HealthReport } from '@nephometer/service';
import type { Task } from './build-tasks.ts';

/** Knows whether every task still ends its cycles. */
export interface TaskHealth {
  readonly cycleEnded: (task: Task) => void;
  readonly report: () => HealthReport;
}

/**
 * Health of the tasks: a task is fine if a cycle of it ended within the last one and a half intervals.
 *
 * @param now milliseconds of a clock that only moves forward
 */
export function createTaskHealth(tasks: readonly Task[], now: () => number = () => performance.now()): TaskHealth {
  const startedAt = now();
  const endedAt = new Map<Task, number>();
  const check = (task: Task): { ok: boolean; message: string } => {
    const last = endedAt.get(task);
    const agoMs = now() - (last ?? startedAt);
    const ago = `${Math.round(agoMs / 1000)} s ago`;
    return {
      ok: agoMs <= 1.5 * task.intervalMs,
      message: last === undefined ? `no cycle has ended yet, started ${ago}` : `last cycle ended ${ago}`,
    };
  };
  return {
    cycleEnded: (task) => void endedAt.set(task, now()),
    report: () => ({ checks: Object.fromEntries(tasks.map((task) => [`task ${task.name}`, check(task)])) }),
  };
}
