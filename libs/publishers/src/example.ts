import type { MeterType, Sample } from '@nephometer/sample';

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
