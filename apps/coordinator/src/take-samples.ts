import { InspectionStatus } from '@nephometer/inspector-api';
import type { InspectInstancesResponse } from '@nephometer/inspector-api';
import { timestampToMs } from '@nephometer/inspector-api';
import type { InstanceReading, InstanceResource, Pollster } from '@nephometer/plugin';
import { formatTimestamp } from '@nephometer/sample';
import type { Sample, Stamp } from '@nephometer/sample';
import type { Task } from './build-tasks.ts';

/** The readings of a host's instances, by instance id. */
export type Readings = ReadonlyMap<string, InstanceReading>;

/** Where the parts of a {@link Stamp} come from that are the same for all hosts. */
export interface StampSource {
  readonly source: string;
  readonly nextId: () => string;
}

/** A pollster threw. */
export interface PollsterFailure {
  readonly pollster: string;
  readonly instanceId: string;
  readonly error: unknown;
}

/** What a task made of one reading of one host. */
export interface Taken {
  readonly samples: Sample[];
  readonly failures: PollsterFailure[];
}

/** What {@link takeSamples} looks at. */
export interface TakeInput {
  readonly task: Task;
  /** The resources on the host that a discovery found. */
  readonly resourcesOf: (discovery: string) => readonly InstanceResource[];
  readonly readings: Readings;
  readonly previous: Readings;
}

/**
 * The instances of an inspector's reply as readings; those that are gone are left out. They share one stamp: all samples
 * of a host and cycle carry the time at which the host was read.
 */
export function readingsOf(
  reply: InspectInstancesResponse,
  monotonicTime: number,
  { source, nextId }: StampSource,
): Readings {
  const readAtMs = reply.readAt ? timestampToMs(reply.readAt) : Date.now();
  const stamp: Stamp = { timestamp: formatTimestamp(readAtMs), monotonicTime, source, nextId };
  const readings = new Map<string, InstanceReading>();
  for (const statistics of reply.instances) {
    if (statistics.status !== InspectionStatus.GONE) readings.set(statistics.id, { statistics, readAtMs, stamp });
  }
  return readings;
}

/**
 * Calls a task's pollsters for each instance that was found and read. Pure but for the ids of the samples.
 *
 * A pollster that throws loses what it had not yet given, for that instance; everything else goes on.
 */
export function takeSamples({ task, resourcesOf, readings, previous }: TakeInput): Taken {
  const taken: Taken = { samples: [], failures: [] };
  const polled = new Map<string, Set<Pollster>>();
  for (const { discovery, pollsters } of task.matches) {
    for (const resource of resourcesOf(discovery)) {
      const reading = readings.get(resource.id);
      if (!reading) continue;
      // An instance that two discoveries found is polled once by each pollster.
      const done = polled.get(resource.id) ?? new Set();
      polled.set(resource.id, done);
      const fresh = pollsters.filter((pollster) => !done.has(pollster));
      for (const pollster of fresh) {
        done.add(pollster);
        takeFrom(pollster, resource, reading, previous.get(resource.id), taken);
      }
    }
  }
  return taken;
}

function takeFrom(
  pollster: Pollster,
  resource: InstanceResource,
  reading: InstanceReading,
  previous: InstanceReading | undefined,
  { samples, failures }: Taken,
): void {
  try {
    for (const sample of pollster.samples(resource, reading, previous)) samples.push(sample);
  } catch (error) {
    failures.push({ pollster: pollster.name, instanceId: resource.id, error });
  }
}
