import type { Metadata, Sample } from '@nephometer/sample';

/** A sample as Ceilometer's `as_dict` has it at head, with its keys in their order. */
export function sampleDict(sample: Sample): Metadata {
  return {
    name: sample.name,
    type: sample.type,
    unit: sample.unit,
    volume: sample.volume,
    user_id: sample.userId,
    user_name: sample.userName,
    project_id: sample.projectId,
    project_name: sample.projectName,
    resource_id: sample.resourceId,
    timestamp: sample.timestamp,
    resource_metadata: sample.resourceMetadata,
    source: sample.source,
    id: sample.id,
    monotonic_time: sample.monotonicTime,
  };
}
