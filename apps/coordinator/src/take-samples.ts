import { InspectionStatus } from '@nephometer/inspector-api';
import type { InspectInstancesResponse } from '@nephometer/inspector-api';
import { timestampToMs } from '@nephometer/inspector-api';
import type { DiscoveryUrl } from '@nephometer/pipeline-config';
import { isInstanceResource, PermanentPollsterError } from '@nephometer/plugin';
import type { InstanceReading, InstanceResource, Pollster } from '@nephometer/plugin';
import { formatTimestamp } from '@nephometer/sample';
import type { Resource, Sample, Stamp } from '@nephometer/sample';
import type { Blacklist } from './blacklist.ts';
import type { Match, Task } from './build-tasks.ts';

/** The readings of a host's instances, by instance id. */
export type Readings = ReadonlyMap<string, InstanceReading>;

/** Where the parts of a {@link Stamp} come from that are the same for all hosts. */
export interface StampSource {
  readonly source: string;
  readonly nextId: () => string;
}

/** What a task remembers of a host from one cycle to the next. */
export interface HostMemory {
  /** The last readings, however old. */
  readonly readings: Readings;
  readonly blacklist: Blacklist;
}

/** A pollster threw. */
export interface PollsterFailure {
  readonly pollster: string;
  readonly instanceId: string;
  readonly error: unknown;
  /** It is not called for this instance any more, see {@link PermanentPollsterError}. */
  readonly isPermanent: boolean;
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
  readonly resourcesOf: (discovery: DiscoveryUrl) => readonly Resource[];
  readonly readings: Readings;
  readonly memory: HostMemory;
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

/** Where the instances are that a source names itself. */
const allInstances: DiscoveryUrl = { name: 'local_instances', parameter: null };

/**
 * Calls a task's pollsters for each instance that was found and read. An instance that several sources or discoveries found
 * is polled once by each pollster, for the first of them. Pure but for the ids of the samples and the blacklist.
 *
 * A pollster that throws loses what it had not yet given, for that instance; everything else goes on.
 */
export function takeSamples(input: TakeInput): Taken {
  const { task, readings, memory } = input;
  const taken: Taken = { samples: [], failures: [] };
  const polled = new Map<string, Set<Pollster>>();
  memory.blacklist.keepOnly(readings);
  for (const match of task.matches) {
    for (const resource of candidates(match, input)) {
      const reading = readings.get(resource.id);
      if (!reading) continue;
      const done = polled.get(resource.id) ?? new Set();
      polled.set(resource.id, done);
      for (const pollster of match.pollsters) {
        if (done.has(pollster)) continue;
        done.add(pollster);
        if (memory.blacklist.has(match, pollster, resource.id)) continue;
        takeFrom({ match, pollster, resource, reading, memory }, taken);
      }
    }
  }
  return taken;
}

/** What a match is about on this host. Resources that are no instances have no readings: they are for others. */
function* candidates({ resources, discoveries }: Match, { resourcesOf }: TakeInput): Generator<InstanceResource> {
  if (resources.size > 0) {
    for (const resource of resourcesOf(allInstances)) {
      if (isInstanceResource(resource) && isNamed(resource, resources)) yield resource;
    }
  }
  for (const discovery of discoveries) {
    for (const resource of resourcesOf(discovery)) if (isInstanceResource(resource)) yield resource;
  }
}

function isNamed({ id, instance, metadata }: InstanceResource, names: ReadonlySet<string>): boolean {
  const { display_name: displayName } = metadata;
  return names.has(id) || names.has(instance.name) || (typeof displayName === 'string' && names.has(displayName));
}

interface Taking {
  readonly match: Match;
  readonly pollster: Pollster;
  readonly resource: InstanceResource;
  readonly reading: InstanceReading;
  readonly memory: HostMemory;
}

function takeFrom({ match, pollster, resource, reading, memory }: Taking, { samples, failures }: Taken): void {
  const previous = memory.readings.get(resource.id);
  try {
    for (const sample of pollster.samples(resource, reading, previous)) samples.push(sample);
  } catch (error) {
    const isPermanent = error instanceof PermanentPollsterError;
    if (isPermanent) memory.blacklist.add(match, pollster, resource.id);
    failures.push({ pollster: pollster.name, instanceId: resource.id, error, isPermanent });
  }
}
