import type { Pipeline } from '@nephometer/pipeline';
import { ConfigError } from '@nephometer/service';
import type { Logger } from '@nephometer/service';
import { logProblems } from './configuration-log.ts';
import type { DeliverySet } from './delivery-set.ts';
import type { Plan } from './plan.ts';
import type { TaskSet } from './task-set.ts';

/** How long a publisher may take to send what it has when a new configuration no longer names it, in milliseconds. */
const LEAVING_GRACE_MS = 30_000;

/** What runs. */
export interface Running {
  readonly pipeline: Pipeline;
  readonly deliveries: DeliverySet;
  readonly tasks: TaskSet;
  readonly logger: Logger;
}

/**
 * Puts a new plan in place of the one that runs: the way out first, so that what the new tasks poll finds it. Publishers that
 * are no longer named get time to send what they have; resolves when they are closed. If a publisher cannot be made or a queue
 * cannot be opened, that is logged and everything stays as it is.
 *
 * @returns whether the new plan is in place; rejects with the signal's reason
 */
export async function changePlan(next: Plan, running: Running, signal: AbortSignal): Promise<boolean> {
  const { pipeline, deliveries, tasks, logger } = running;
  try {
    await deliveries.apply(next.pipeline);
  } catch (error) {
    if (error instanceof ConfigError) logProblems(logger, error.problems);
    logger.error({ err: error }, 'the new configuration is not used; the running one stays');
    return false;
  }
  pipeline.reconfigure({ config: next.pipeline, outlets: deliveries.outlets });
  tasks.apply(next.tasks);
  await deliveries.retire(LEAVING_GRACE_MS, signal);
  return true;
}
