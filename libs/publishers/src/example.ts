import { PassThrough } from 'node:stream';
import type { PublisherSettings } from '@nephometer/plugin';
import { formatTimestamp } from '@nephometer/sample';
import type { Metadata, MeterType, Sample } from '@nephometer/sample';

// What the specs of this library publish.

/** A sample of `cpu`, unless `fields` says otherwise. */
export function exampleSample(fields: Partial<Sample> = {}): Sample {
  return {
    name: 'cpu',
    type: 'cumulative',
    unit: 'ns',
    volume: 5,
    isFloat: false,
    userId: 'u1',
    userName: null,
    projectId: 'p1',
    projectName: null,
    resourceId: 'r1',
    timestamp: '2026-01-02T03:04:05.678901',
    resourceMetadata: {},
    source: 'openstack',
    id: '11111111-2222-11e5-8888-000000000001',
    monotonicTime: 5.5,
    ...fields,
  };
}

/** What each guest of {@link exampleCycles} is asked for, and what it answers, by guest and cycle. */
const exampleMeters = [
  { name: 'cpu', type: 'cumulative', unit: 'ns', volume: (guest, cycle) => 7e15 + guest * 1e9 + cycle * 60e9 },
  { name: 'cpu_util', type: 'gauge', unit: '%', volume: (guest, cycle) => (guest + cycle) / 8 + 0.1 },
  { name: 'memory.usage', type: 'gauge', unit: 'MiB', volume: (guest, cycle) => 512 + guest * cycle, isFloat: true },
  {
    name: 'disk.device.read.bytes',
    type: 'cumulative',
    unit: 'B',
    device: 'vda',
    volume: (guest, cycle) => guest * cycle,
  },
  { name: 'network.outgoing.packets.delta', type: 'delta', unit: 'packet', device: 'tap-0', volume: (guest) => guest },
  { name: 'power.state', type: 'gauge', unit: '', volume: () => 1 },
] as const satisfies readonly {
  readonly name: string;
  readonly type: MeterType;
  readonly unit: string;
  readonly volume: (guest: number, cycle: number) => number;
  readonly isFloat?: boolean;
  readonly device?: string;
}[];

/**
 * What the meters of so many guests say in so many cycles, one minute apart: a list for each cycle. Numbers of each kind and
 * texts of each alphabet; a resource is one object in all cycles, as it is while nothing about the guest changes.
 */
export function exampleCycles(guests: number, cycles: number): readonly (readonly Sample[])[] {
  const metadata = Array.from({ length: guests }, (_, guest) => exampleMetadata(guest));
  return Array.from({ length: cycles }, (_, cycle) =>
    metadata.flatMap((resourceMetadata, guest) =>
      exampleMeters.map((meter, index) =>
        exampleSample({
          name: meter.name,
          type: meter.type,
          unit: meter.unit,
          volume: meter.volume(guest, cycle),
          isFloat: 'isFloat' in meter,
          resourceId: 'device' in meter ? `guest-${guest}-${meter.device}` : `guest-${guest}`,
          projectId: guest === 0 ? null : `p${guest}`,
          timestamp: formatTimestamp(Date.UTC(2026, 0, 2, 3, 4) + cycle * 60_000 + 0.5),
          resourceMetadata,
          id: `${hex(cycle, 8)}-${hex(guest, 4)}-11e5-8888-${hex(index, 12)}`,
          monotonicTime: 1000 + cycle * 60,
        }),
      ),
    ),
  );
}

function exampleMetadata(guest: number): Metadata {
  return {
    display_name: `wéb-${guest} "世" 🖥`,
    instance_id: `guest-${guest}`,
    flavor: { id: '42', name: 'm1.tiny', vcpus: 2, ram: 512, extra_specs: {} },
    image: null,
    vcpus: 2,
    ephemeral_gb: 0.5,
    user_metadata: { server_group: 'g1', tags: ['a', 'é', 1, null, true] },
  };
}

function hex(number: number, digits: number): string {
  return number.toString(16).padStart(digits, '0');
}

/** What publishers are given besides their URL, with the secret of the recorded signatures. */
export function exampleSettings(different: Partial<PublisherSettings> = {}): PublisherSettings {
  return {
    stdout: new PassThrough(),
    telemetrySecret: 'secret',
    hostName: 'collector-1',
    compat: 'head',
    warn: () => undefined,
    ...different,
  };
}

/** A sample as Ceilometer's `as_dict` has it. */
export interface PythonSample {
  readonly name: string;
  readonly type: MeterType;
  readonly unit: string;
  readonly volume: number;
  readonly user_id: string | null;
  readonly user_name: string | null;
  readonly project_id: string | null;
  readonly project_name: string | null;
  readonly resource_id: string;
  readonly timestamp: string;
  readonly resource_metadata: Sample['resourceMetadata'];
  readonly source: string;
  readonly id: string;
  readonly monotonic_time: number | null;
}

/** The same sample as we have it. */
export function fromPython(sample: PythonSample): Sample {
  return {
    name: sample.name,
    type: sample.type,
    unit: sample.unit,
    volume: sample.volume,
    isFloat: false,
    userId: sample.user_id,
    userName: sample.user_name,
    projectId: sample.project_id,
    projectName: sample.project_name,
    resourceId: sample.resource_id,
    timestamp: sample.timestamp,
    resourceMetadata: sample.resource_metadata,
    source: sample.source,
    id: sample.id,
    monotonicTime: sample.monotonic_time,
  };
}
