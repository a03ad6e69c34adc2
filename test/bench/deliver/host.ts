import type { InstanceStatistics } from '@nephometer/inspector-api';
import { createLocalInstances } from '@nephometer/discovery';
import { isInstanceResource } from '@nephometer/plugin';
import type { InstanceReading } from '@nephometer/plugin';
import { pollstersFor } from '@nephometer/pollsters';
import { createSampleIds, formatTimestamp } from '@nephometer/sample';
import type { Sample, Stamp } from '@nephometer/sample';
import { describeGuests, readGuestsAt } from './guests.ts';

/** What an inspector answered. */
export interface Reply {
  readonly readAtMs: number;
  readonly statistics: readonly InstanceStatistics[];
}

/** A hypervisor with guests that run and do something. */
export interface Host {
  /** What its inspector answers next: a minute later than before, in new objects, as a decoder makes them. */
  reply(): Reply;
  /**
   * The samples of a reply: what the coordinator does with it, but for the choice of pollsters. The reply before is remembered
   * for deltas and rates. Samples are new objects; those of one resource share their metadata.
   */
  samples(reply: Reply): Sample[];
  /** The samples of the next replies, an array for each. */
  cycles(count: number): readonly (readonly Sample[])[];
}

const INTERVAL_MS = 60_000;

/** A host on which so many guests have just been started. */
export function createHost(guests: number): Host {
  const instances = describeGuests(guests);
  const { resources } = createLocalInstances({ unmanaged: false }).discover({ host: 'compute-01', instances }, null);
  const found = resources.filter(isInstanceResource);
  const pollsters = pollstersFor('head').filter(({ byNameOnly = false }) => !byNameOnly);
  const startedAtMs = Date.now();
  const nextId = createSampleIds({ epochMs: startedAtMs, node: 0x0123_4567_89abn, clockSequence: 1 });
  let cycle = 0;
  let previous: ReadonlyMap<string, InstanceReading> = new Map();

  const reply = (): Reply => {
    cycle += 1;
    return { readAtMs: startedAtMs + cycle * INTERVAL_MS, statistics: readGuestsAt(instances, cycle) };
  };
  const samplesOf = ({ readAtMs, statistics }: Reply): Sample[] => {
    const stamp: Stamp = {
      timestamp: formatTimestamp(readAtMs),
      monotonicTime: readAtMs / 1000,
      source: 'openstack',
      nextId,
    };
    const readings = new Map(statistics.map((one) => [one.id, { statistics: one, readAtMs, stamp }] as const));
    const samples: Sample[] = [];
    for (const resource of found) {
      const reading = readings.get(resource.id);
      if (reading === undefined) continue;
      const before = previous.get(resource.id);
      for (const pollster of pollsters) {
        for (const sample of pollster.samples(resource, reading, before)) samples.push(sample);
      }
    }
    previous = readings;
    return samples;
  };
  return {
    reply,
    samples: samplesOf,
    cycles: (count) => Array.from({ length: count }, () => samplesOf(reply())),
  };
}
