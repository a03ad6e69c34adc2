import { mapLimit } from '@nephometer/abortable';
import type { Task } from './build-tasks.ts';
import type { Host } from './host.ts';
import { pollHost } from './poll-host.ts';
import type { HostOutcome } from './poll-host.ts';
import type { Readings, StampSource } from './take-samples.ts';

/** Hosts that are polled at the same time: more would only wait for each other on one core. */
const HOSTS_AT_ONCE = 256;

/** No host may hold a slot for longer, however long the interval, in milliseconds. */
const LONGEST_CALL_MS = 20_000;

/** The readings that a task keeps of its hosts, from cycle to cycle. */
export type TaskMemory = Map<Host, Readings>;

/** What {@link runCycle} needs. */
export interface CycleInput {
  readonly task: Task;
  readonly hosts: readonly Host[];
  readonly memory: TaskMemory;
  readonly stamps: StampSource;
  /** Is told of each host as soon as it is done: its samples leave while other hosts are still being read. */
  readonly onOutcome: (host: Host, outcome: HostOutcome) => void;
}

const NO_READINGS: Readings = new Map();

/**
 * One cycle of a task over all hosts. Its deadline is the interval; a host that is slow or away costs nobody else anything.
 *
 * Rejects only with the signal's reason.
 */
export async function runCycle(input: CycleInput, signal: AbortSignal): Promise<void> {
  const { task, hosts, memory, stamps, onOutcome } = input;
  const startedAt = performance.now();
  await mapLimit(
    hosts,
    HOSTS_AT_ONCE,
    async (host, hostSignal) => {
      const remainingMs = task.intervalMs - (performance.now() - startedAt);
      const deadlineMs = Math.max(1, Math.min(LONGEST_CALL_MS, remainingMs));
      const previous = memory.get(host) ?? NO_READINGS;
      const outcome = await pollHost({ host, task, previous, stamps, deadlineMs }, hostSignal);
      // A failed call keeps the older readings: the next deltas then span both intervals and nothing is lost.
      if (outcome.kind === 'polled') memory.set(host, outcome.readings);
      onOutcome(host, outcome);
    },
    signal,
  );
}
