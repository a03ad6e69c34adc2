import { InspectorError } from '@nephometer/inspector-client';
import type { SkippedInstance } from '@nephometer/plugin';
import type { Sample } from '@nephometer/sample';
import type { Task } from './build-tasks.ts';
import type { DiscoveryFailure, Host, HostCall } from './host.ts';
import { readingsOf, takeSamples } from './take-samples.ts';
import type { HostMemory, PollsterFailure, Readings, StampSource } from './take-samples.ts';

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
      /** Discoveries whose knowledge is as it last was. */
      readonly staleDiscoveries: readonly DiscoveryFailure[];
    }
  | { readonly kind: 'failed'; readonly error: InspectorError };

/** What {@link pollHost} needs. */
export interface PollInput {
  readonly host: Host;
  readonly task: Task;
  /** What the task's last successful cycle on this host left; its blacklist may grow. */
  readonly memory: HostMemory;
  readonly stamps: StampSource;
  /** How long the calls may take, all together, in milliseconds. */
  readonly deadlineMs: number;
}

/**
 * One cycle of a task on one host: one call for the statistics, a new list of instances only if the reply says that it has
 * changed, samples. A host that fails is an outcome, not an exception.
 *
 * Rejects only with the signal's reason.
 */
export async function pollHost(input: PollInput, signal: AbortSignal): Promise<HostOutcome> {
  const { host, task, memory, stamps, deadlineMs } = input;
  const startedAt = performance.now();
  const call = (): HostCall => ({
    signal,
    deadlineMs: Math.max(1, deadlineMs - (performance.now() - startedAt)),
  });
  try {
    const reply = await host.inspect(task.groups, call());
    const monotonicTime = performance.now() / 1000;
    const staleInventory = await errorOf(host.refresh(reply.inventoryRevision, call()));
    const urls = task.matches.flatMap(({ discoveries }) => discoveries);
    const staleDiscoveries = await host.refreshDiscoveries(urls, call());
    const readings = readingsOf(reply, monotonicTime, stamps);
    const taken = takeSamples({ task, resourcesOf: (discovery) => host.resourcesOf(discovery), readings, memory });
    return {
      kind: 'polled',
      ...taken,
      readings,
      skipped: host.takeSkipped(),
      ...(staleInventory && { staleInventory }),
      staleDiscoveries,
    };
  } catch (error) {
    if (error instanceof InspectorError) return { kind: 'failed', error };
    throw error;
  }
}

async function errorOf(promise: Promise<unknown>): Promise<InspectorError | undefined> {
  try {
    await promise;
    return undefined;
  } catch (error) {
    if (error instanceof InspectorError) return error;
    throw error;
  }
}
