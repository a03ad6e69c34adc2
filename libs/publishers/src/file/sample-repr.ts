import { pythonFloat, pythonVolume } from '@nephometer/sample';
import type { Metadata, Sample } from '@nephometer/sample';
import { pythonRepr } from './python-repr.ts';

// Metadata is shared by all samples of a resource and dies with it: encoded once.
const encodedMetadata = new WeakMap<Metadata, string>();

/** A sample as Ceilometer's file publisher writes it by default: `Sample.as_dict()` as Python shows a dictionary. */
export function sampleToPython(sample: Sample): string {
  let metadata = encodedMetadata.get(sample.resourceMetadata);
  if (metadata === undefined) {
    metadata = pythonRepr(sample.resourceMetadata);
    encodedMetadata.set(sample.resourceMetadata, metadata);
  }
  return (
    `{'name': ${pythonRepr(sample.name)}, 'type': ${pythonRepr(sample.type)}, 'unit': ${pythonRepr(sample.unit)}` +
    `, 'volume': ${pythonVolume(sample)}` +
    `, 'user_id': ${pythonRepr(sample.userId)}, 'user_name': ${pythonRepr(sample.userName)}` +
    `, 'project_id': ${pythonRepr(sample.projectId)}, 'project_name': ${pythonRepr(sample.projectName)}` +
    `, 'resource_id': ${pythonRepr(sample.resourceId)}, 'timestamp': ${pythonRepr(sample.timestamp)}` +
    `, 'resource_metadata': ${metadata}, 'source': ${pythonRepr(sample.source)}, 'id': ${pythonRepr(sample.id)}` +
    `, 'monotonic_time': ${sample.monotonicTime === null ? 'None' : pythonFloat(sample.monotonicTime)}}`
  );
}
