import { ticks } from '@nephometer/abortable';
import type { Tick } from '@nephometer/abortable';
import type { Logger } from '@nephometer/service';
import type { Task } from './build-tasks.ts';
import type { CoordinatorMetrics } from './coordinator-metrics.ts';
import type { Host } from './host.ts';
import type { HostOutcome } from './poll-host.ts';
import { runCycle } from './run-cycle.ts';
import type { TaskMemory } from './run-cycle.ts';
import type { StampSource } from './take-samples.ts';
import { tickOffset } from './tick-offset.ts';

/** What a running task needs. */
export interface TaskInput {
  readonly task: Task;
  readonly hosts: readonly Host[];
  readonly stamps: StampSource;
  readonly metrics: CoordinatorMetrics;
  readonly logger: Logger;
  /** Names this coordinator in the hash that spreads ticks. */
  readonly member: string;
  readonly onOutcome: (host: Host, outcome: HostOutcome) => void;
  /** Told when a cycle has ended. */
  readonly onCycle?: () => void;
}

/**
 * Runs a task's cycles at its ticks until aborted; then rejects with the signal's reason. Cycles never overlap: ticks that
 * fall due meanwhile are skipped and counted.
 *
 * @param due the ticks, for tests; by default the first one at once, then at the task's offset in its interval
 */
export async function runTask(input: TaskInput, signal: AbortSignal, due?: AsyncIterable<Tick>): Promise<void> {
  const { task, metrics, logger, member } = input;
  const offsetMs = tickOffset(`${member}/${task.name}`, task.intervalMs);
  const memory: TaskMemory = new Map();
  for await (const { skipped } of due ?? ticks({ intervalMs: task.intervalMs, offsetMs, immediate: true }, signal)) {
    if (skipped > 0) {
      metrics.ticksSkipped(task.name, skipped);
      logger.warn({ task: task.name, skipped }, 'ticks skipped: the cycle before took longer than the interval');
    }
    await runTaskOnce(input, memory, signal);
  }
}

/** Runs one cycle of a task, with the readings of the one before. Rejects only with the signal's reason. */
export async function runTaskOnce(input: TaskInput, memory: TaskMemory, signal: AbortSignal): Promise<void> {
  const { task, hosts, stamps, metrics, logger, onOutcome, onCycle } = input;
  const startedAt = performance.now();
  const counted = { polled: 0, failed: 0, samples: 0 };
  const count = (host: Host, outcome: HostOutcome): void => {
    if (outcome.kind === 'failed') {
      counted.failed += 1;
      metrics.hostFailed(task.name, outcome.error.code);
    } else {
      counted.polled += 1;
      counted.samples += outcome.samples.length;
      metrics.hostPolled(task.name, outcome.samples.length);
      for (const { pollster } of outcome.failures) metrics.pollsterFailed(pollster);
    }
    onOutcome(host, outcome);
  };
  await runCycle({ task, hosts, memory, stamps, onOutcome: count }, signal);
  const durationMs = performance.now() - startedAt;
  metrics.cycleEnded(task.name, durationMs);
  logger.info({ task: task.name, ...counted, durationMs: Math.round(durationMs) }, 'cycle');
  onCycle?.();
}
