import { DeadlineError, withDeadline } from '@nephometer/abortable';
import type { Pipeline } from '@nephometer/pipeline';
import type { Logger } from '@nephometer/service';
import { createPublishers } from './plan.ts';
import type { Plan, Plugins } from './plan.ts';
import type { TaskSet } from './task-set.ts';

/** How long a publisher may take to send what it has when a new configuration no longer names it, in milliseconds. */
const LEAVING_GRACE_MS = 30_000;

/** What runs, and what new parts of it are made with. */
export interface Running {
  readonly plugins: Plugins;
  readonly pipeline: Pipeline;
  readonly tasks: TaskSet;
  readonly logger: Logger;
  readonly stdout: NodeJS.WriteStream;
}

/**
 * Puts a new plan in place of the one that runs: the way out first, so that what the new tasks poll finds it. Publishers that
 * are no longer named get time to send what they have; resolves when they are closed. Rejects with the signal's reason.
 */
export async function changePlan(next: Plan, running: Running, signal: AbortSignal): Promise<void> {
  const { plugins, pipeline, tasks, logger, stdout } = running;
  const known = new Set(pipeline.ledgers().map(({ url }) => url));
  const publishers = createPublishers(next.pipeline, plugins.publishers, { stdout }, known);
  const leaving = withDeadline(signal, LEAVING_GRACE_MS, (deadline) =>
    pipeline.reconfigure({ config: next.pipeline, publishers }, deadline),
  );
  tasks.apply(next.tasks);
  await leaving.catch((error: unknown) => {
    signal.throwIfAborted();
    if (!(error instanceof DeadlineError)) throw error;
    logger.warn('samples dropped: publishers that are no longer configured did not take them in time');
  });
}
