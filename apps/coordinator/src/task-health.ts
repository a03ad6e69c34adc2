import type { HealthReport } from '@nephometer/service';
import type { Task } from './build-tasks.ts';

/** Knows whether every task still ends its cycles. */
export interface TaskHealth {
  /** A task counts as started when it was first told here. */
  readonly taskStarted: (task: Task) => void;
  readonly cycleEnded: (task: Task) => void;
  /** Of these tasks, which may be others than before; a task is known by its name. */
  readonly report: (tasks: readonly Task[]) => HealthReport;
}

/**
 * Health of the tasks: a task is fine if a cycle of it ended within the last one and a half intervals, or it has not been
 * there for longer than that.
 *
 * @param now milliseconds of a clock that only moves forward
 */
export function createTaskHealth(now: () => number = () => performance.now()): TaskHealth {
  const startedAt = new Map<string, number>();
  const endedAt = new Map<string, number>();
  const check = ({ name, intervalMs }: Task): { ok: boolean; message: string } => {
    const last = endedAt.get(name);
    const agoMs = now() - (last ?? startedAt.get(name) ?? now());
    const ago = `${Math.round(agoMs / 1000)} s ago`;
    return {
      ok: agoMs <= 1.5 * intervalMs,
      message: last === undefined ? `no cycle has ended yet, started ${ago}` : `last cycle ended ${ago}`,
    };
  };
  return {
    taskStarted({ name }) {
      startedAt.set(name, now());
      endedAt.delete(name);
    },
    cycleEnded: ({ name }) => void endedAt.set(name, now()),
    report: (tasks) => ({ checks: Object.fromEntries(tasks.map((task) => [`task ${task.name}`, check(task)])) }),
  };
}
