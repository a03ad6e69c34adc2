import { InspectionStatus, Instance, InstanceState, InstanceStatistics } from '@nephometer/inspector-api';
import type { InstanceReading, InstanceResource } from '@nephometer/plugin';
import type { Compat, Sample } from '@nephometer/sample';
import { pollstersFor } from './pollsters.ts';

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

/** What a meter is asked for besides its name. */
export interface Asked {
  readonly resource?: InstanceResource;
  readonly previous?: InstanceReading | undefined;
  readonly compat?: Compat;
}

/** The samples of one meter; by default of an instance without devices, read once, under the newest names. */
export function samplesOf(meter: string, reading: InstanceReading, asked: Asked = {}): readonly Sample[] {
  const { resource = exampleResource(), previous, compat = 'head' } = asked;
  const pollster = pollstersFor(compat).find(({ name }) => name === meter);
  if (pollster === undefined) throw new Error(`no pollster is named "${meter}"`);
  return [...pollster.samples(resource, reading, previous)];
}

/** The volume of one meter of an instance; `undefined` if there is no sample. */
export function volumeOf(
  meter: string,
  statistics: Parameters<typeof InstanceStatistics.fromPartial>[0],
  compat: Compat = 'head',
): number | undefined {
  return samplesOf(meter, exampleReading(statistics), { compat })[0]?.volume;
}

/** Statistics in which everything was read. */
export const full = {
  cpu: { timeNs: 1n },
  vcpuCount: { current: 1 },
  memory: {
    currentKib: 1n,
    availableKib: 1n,
    usableKib: 1n,
    unusedKib: 1n,
    residentKib: 1n,
    swapInKib: 1n,
    swapOutKib: 1n,
  },
  perf: {
    cacheOccupancyBytes: 1n,
    memoryBandwidthTotal: 1n,
    memoryBandwidthLocal: 1n,
    cpuCycles: 1n,
    instructions: 1n,
    cacheReferences: 1n,
    cacheMisses: 1n,
  },
  disks: [
    {
      device: 'vda',
      readRequests: 1n,
      readBytes: 1n,
      readTimeNs: 1n,
      writeRequests: 1n,
      writeBytes: 1n,
      writeTimeNs: 1n,
      capacityBytes: 1n,
      allocationBytes: 1n,
      physicalBytes: 1n,
    },
  ],
  vnics: [
    {
      device: 'tap0',
      receiveBytes: 1n,
      receivePackets: 1n,
      receiveErrors: 1n,
      receiveDrops: 1n,
      transmitBytes: 1n,
      transmitPackets: 1n,
      transmitErrors: 1n,
      transmitDrops: 1n,
    },
  ],
};
