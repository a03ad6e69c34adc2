import { InspectionStatus, Instance, InstanceState, InstanceStatistics } from '@nephometer/inspector-api';
import type { InstanceReading, InstanceResource } from '@nephometer/plugin';
import type { Sample } from '@nephometer/sample';
import { pollsters } from './pollsters.ts';

// What the specs of this folder measure.

const id = 'a75c2fa5-6c03-45a8-bbf7-b993cfcdec27';

/** A resource with little metadata around a description. */
export function exampleResource(instance: Parameters<typeof Instance.fromPartial>[0] = {}): InstanceResource {
  return {
    id,
    userId: 'user',
    projectId: 'project',
    metadata: { display_name: 'web-1', name: 'instance-0000002a', host: 'hash' },
    host: 'compute-01',
    instance: Instance.fromPartial({ id, name: 'instance-0000002a', state: InstanceState.RUNNING, ...instance }),
  };
}

/** A reading of it, of a running instance unless `statistics` says otherwise. */
export function exampleReading(
  statistics: Parameters<typeof InstanceStatistics.fromPartial>[0] = {},
  readAtMs = 1_000_000,
): InstanceReading {
  let ids = 0;
  return {
    statistics: InstanceStatistics.fromPartial({
      id,
      name: 'instance-0000002a',
      status: InspectionStatus.OK,
      state: InstanceState.RUNNING,
      ...statistics,
    }),
    readAtMs,
    stamp: {
      timestamp: '2026-07-21T13:56:12.000001',
      monotonicTime: 1234.5,
      source: 'openstack',
      nextId: () => `${++ids}`,
    },
  };
}

/** The samples of one meter. */
export function samplesOf(
  meter: string,
  resource: InstanceResource,
  reading: InstanceReading,
  previous?: InstanceReading,
): readonly Sample[] {
  const pollster = pollsters.find(({ name }) => name === meter);
  if (pollster === undefined) throw new Error(`no pollster is named "${meter}"`);
  return [...pollster.samples(resource, reading, previous)];
}

/** The volume of one meter; `undefined` if there is no sample. */
export function volumeOf(
  meter: string,
  statistics: Parameters<typeof InstanceStatistics.fromPartial>[0],
): number | undefined {
  return samplesOf(meter, exampleResource(), exampleReading(statistics))[0]?.volume;
}
