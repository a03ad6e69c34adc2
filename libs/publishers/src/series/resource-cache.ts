import type { Metadata, Sample } from '@nephometer/sample';

/** What is made of the resource of a sample, once for all samples that share its metadata, and kept as long as that. */
export function createResourceCache<T>(make: (sample: Sample) => T): (sample: Sample) => T {
  const kept = new WeakMap<Metadata, { readonly sample: Sample; readonly made: T }>();
  return (sample) => {
    const one = kept.get(sample.resourceMetadata);
    if (one !== undefined && hasSameResource(one.sample, sample)) return one.made;
    const made = make(sample);
    kept.set(sample.resourceMetadata, { sample, made });
    return made;
  };
}

/** Metadata is of one resource, mostly; but a transformer may have given it to another. */
function hasSameResource(left: Sample, right: Sample): boolean {
  return (
    left.resourceId === right.resourceId &&
    left.projectId === right.projectId &&
    left.userId === right.userId &&
    left.projectName === right.projectName &&
    left.userName === right.userName
  );
}
