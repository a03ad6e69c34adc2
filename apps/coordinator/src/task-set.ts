import type { Task } from './build-tasks.ts';
import type { TaskInput } from './run-task.ts';
import { runTask } from './run-task.ts';

/** The tasks that run: one for each interval. */
export interface TaskSet {
  /** As they run now. */
  readonly tasks: readonly Task[];
  /**
   * Runs these instead. A task of an interval that runs already goes on in its phase and with what it remembers, and polls
   * from its next cycle on what the new one says; the others end with the call under way aborted, or begin.
   */
  apply(tasks: readonly Task[]): void;
  /** Rejects with the reason of the signal, or with the error of a task that broke. */
  readonly ended: Promise<never>;
}

/**
 * Nothing runs at first.
 *
 * @param input what each task runs with
 * @param onStart told of each task that begins to run
 */
export function createTaskSet(
  input: Omit<TaskInput, 'task'>,
  onStart: (task: Task) => void,
  signal: AbortSignal,
): TaskSet {
  const running = new Map<number, { task: Task; readonly controller: AbortController }>();
  const { promise: ended, reject } = Promise.withResolvers<never>();
  ended.catch(() => undefined);

  const start = (task: Task): void => {
    const controller = new AbortController();
    const forward = (): void => controller.abort(signal.reason);
    if (signal.aborted) forward();
    else signal.addEventListener('abort', forward, { once: true });
    const entry = { task, controller };
    running.set(task.intervalMs, entry);
    onStart(task);
    runTask({ ...input, task: () => entry.task }, controller.signal)
      .catch((error: unknown) => {
        if (error !== replaced) reject(error);
      })
      .finally(() => signal.removeEventListener('abort', forward));
  };

  return {
    get tasks() {
      return [...running.values()].map(({ task }) => task);
    },
    apply(tasks) {
      const intervals = new Set(tasks.map(({ intervalMs }) => intervalMs));
      for (const [intervalMs, { controller }] of running) {
        if (intervals.has(intervalMs)) continue;
        running.delete(intervalMs);
        controller.abort(replaced);
      }
      for (const task of tasks) {
        const entry = running.get(task.intervalMs);
        if (entry === undefined) start(task);
        else entry.task = task;
      }
    },
    ended,
  };
}

/** Why a task ends that a new configuration does not have. */
const replaced = new Error('the configuration has no task of this interval any more');
