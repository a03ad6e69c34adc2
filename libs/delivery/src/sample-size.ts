import type { Sample } from '@nephometer/sample';

/** What a sample's own fields take as JSON, in bytes, about. */
const OWN_BYTES = 400;

// Metadata is shared by all samples of a resource and dies with it.
const sizes = new WeakMap<object, number>();

/** About how large a sample is as JSON, in bytes: most of that is its metadata. */
export function sampleBytes({ resourceMetadata }: Sample): number {
  let size = sizes.get(resourceMetadata);
  if (size === undefined) {
    size = OWN_BYTES + JSON.stringify(resourceMetadata).length;
    sizes.set(resourceMetadata, size);
  }
  return size;
}
