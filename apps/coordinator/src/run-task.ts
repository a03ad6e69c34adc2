import { mapLimit, ticks } from '@nephometer/abortable';
import type { Tick } from '@nephometer/abortable';
import type { Logger } from '@nephometer/service';
import type { Task } from './build-tasks.ts';
import type { CoordinatorMetrics } from './coordinator-metrics.ts';
import type { Host } from './host.ts';
import { pollHost } from './poll-host.ts';
import type { HostOutcome } from './poll-host.ts';
import { createBlacklist } from './blacklist.ts';
import type { HostMemory, StampSource } from './take-samples.ts';
import { tickOffset } from './tick-offset.ts';

/** What a running task needs. */
export interface TaskInput {
  /** The task as it is now: a new configuration may change what is polled, but not the interval. */
  readonly task: () => Task;
  readonly hosts: readonly Host[];
  readonly stamps: StampSource;
  readonly metrics: CoordinatorMetrics;
  readonly logger: Logger;
  /** Names this coordinator in the hash that spreads ticks. */
  readonly member: string;
  /** Is told of each host as soon as it is done: its samples leave while other hosts are still being read. */
  readonly onOutcome: (host: Host, outcome: HostOutcome) => void;
  /** Told when a cycle has ended. */
  readonly onCycle: (task: Task) => void;
}

/** What one task remembers of each host, from cycle to cycle. */
export type TaskMemory = Map<Host, HostMemory>;

/** Hosts that are polled at the same time: more would only wait for each other on one core. */
const HOSTS_AT_ONCE = 256;

/** No host may hold a place for longer, however long the interval, in milliseconds. */
const LONGEST_CALL_MS = 20_000;

/**
 * Runs a task's cycles at its ticks until aborted; then rejects with the signal's reason. Cycles never overlap: ticks that
 * fall due meanwhile are skipped and counted.
 *
 * @param due the ticks, for tests; by default the first one at once, then at the task's offset in its interval
 */
export async function runTask(input: TaskInput, signal: AbortSignal, due?: AsyncIterable<Tick>): Promise<void> {
  const { metrics, logger, member } = input;
  const { name, intervalMs } = input.task();
  const offsetMs = tickOffset(`${member}/${name}`, intervalMs);
  const memory: TaskMemory = new Map();
  for await (const { skipped } of due ?? ticks({ intervalMs, offsetMs, immediate: true }, signal)) {
    if (skipped > 0) {
      metrics.ticksSkipped(name, skipped);
      logger.warn({ task: name, skipped }, 'ticks skipped: the cycle before took longer than the interval');
    }
    await runCycle(input, memory, signal);
  }
}

/**
 * One cycle of a task: polls all hosts, within the interval. A host that is slow or away costs nobody else anything.
 *
 * Rejects only with the signal's reason.
 */
export async function runCycle(input: TaskInput, memory: TaskMemory, signal: AbortSignal): Promise<void> {
  const { hosts, stamps, onOutcome, onCycle } = input;
  const task = input.task();
  const startedAt = performance.now();
  const elapsedMs = (): number => performance.now() - startedAt;
  const tally = createTally(task.name, input);
  const poll = async (host: Host, hostSignal: AbortSignal): Promise<void> => {
    const deadlineMs = Math.max(1, Math.min(LONGEST_CALL_MS, task.intervalMs - elapsedMs()));
    const remembered = memory.get(host) ?? { readings: new Map(), blacklist: createBlacklist() };
    const outcome = await pollHost({ host, task, memory: remembered, stamps, deadlineMs }, hostSignal);
    // A failed call keeps the older readings: the next deltas then span both intervals and nothing is lost.
    if (outcome.kind === 'polled') memory.set(host, { ...remembered, readings: outcome.readings });
    tally.count(outcome);
    onOutcome(host, outcome);
  };
  await mapLimit(hosts, HOSTS_AT_ONCE, poll, signal);
  tally.conclude(elapsedMs());
  onCycle(task);
}

/** Counts the hosts and samples of one cycle, and logs them in a line at its end. */
function createTally(
  name: string,
  { metrics, logger }: TaskInput,
): {
  readonly count: (outcome: HostOutcome) => void;
  readonly conclude: (durationMs: number) => void;
} {
  const total = { polled: 0, failed: 0, samples: 0 };
  return {
    count(outcome) {
      if (outcome.kind === 'failed') {
        total.failed += 1;
        metrics.hostFailed(name, outcome.error.code);
        return;
      }
      total.polled += 1;
      total.samples += outcome.samples.length;
      metrics.hostPolled(name, outcome.samples.length);
      for (const { pollster } of outcome.failures) metrics.pollsterFailed(pollster);
      for (const { discovery } of outcome.staleDiscoveries) metrics.discoveryFailed(discovery);
    },
    conclude(durationMs) {
      metrics.cycleEnded(name, durationMs);
      logger.info({ task: name, ...total, durationMs: Math.round(durationMs) }, 'cycle');
    },
  };
}
