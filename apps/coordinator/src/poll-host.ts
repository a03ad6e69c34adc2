import { InspectorError } from '@nephometer/inspector-client';
import type { SkippedInstance } from '@nephometer/plugin';
import type { Sample } from '@nephometer/sample';
import type { Task } from './build-tasks.ts';
import type { Host } from './host.ts';
import { readingsOf, takeSamples } from './take-samples.ts';
import type { PollsterFailure, Readings, StampSource } from './take-samples.ts';

/** How polling one host in one cycle ended. */
export type HostOutcome =
  | {
      readonly kind: 'polled';
      readonly samples: readonly Sample[];
      readonly failures: readonly PollsterFailure[];
      /** Instances that discovery has newly left out. */
      readonly skipped: readonly SkippedInstance[];
      /** Kept for the next cycle of the same task. */
      readonly readings: Readings;
      /** The statistics are fresh, but the list of instances could not be read: resources are as they last were. */
      readonly staleInventory?: InspectorError;
    }
  | { readonly kind: 'failed'; readonly error: InspectorError };

/** What {@link pollHost} needs. */
export interface PollInput {
  readonly host: Host;
  readonly task: Task;
  /** The readings of the task's last successful cycle on this host. */
  readonly previous: Readings;
  readonly stamps: StampSource;
  /** How long the call may take, in milliseconds. */
  readonly deadlineMs: number;
}

/**
 * One cycle of a task on one host: one call for the statistics, a new list of instances only if the reply says that it has
 * changed, samples. A host that fails is an outcome, not an exception.
 *
 * Rejects only with the signal's reason.
 */
export async function pollHost(input: PollInput, signal: AbortSignal): Promise<HostOutcome> {
  const { host, task, previous, stamps, deadlineMs } = input;
  const startedAt = performance.now();
  const call = (): { signal: AbortSignal; deadlineMs: number } => ({
    signal,
    deadlineMs: Math.max(1, deadlineMs - (performance.now() - startedAt)),
  });
  try {
    const reply = await host.inspect(task.groups, call());
    const monotonicTime = performance.now() / 1000;
    const refreshed = await valueOrError(host.refresh(reply.inventoryRevision, call()));
    const readings = readingsOf(reply, monotonicTime, stamps);
    const resourcesOf = (discovery: string): ReturnType<Host['resourcesOf']> => host.resourcesOf(discovery);
    const taken = takeSamples({ task, resourcesOf, readings, previous });
    return {
      kind: 'polled',
      ...taken,
      readings,
      skipped: refreshed instanceof InspectorError ? [] : refreshed.skipped,
      ...(refreshed instanceof InspectorError && { staleInventory: refreshed }),
    };
  } catch (error) {
    if (error instanceof InspectorError) return { kind: 'failed', error };
    throw error;
  }
}

async function valueOrError<T>(promise: Promise<T>): Promise<T | InspectorError> {
  try {
    return await promise;
  } catch (error) {
    if (error instanceof InspectorError) return error;
    throw error;
  }
}
