import type { MetadataValue, Sample } from '@nephometer/sample';
import { sampleDict } from '../../sample-dict.ts';
import type { Attribute } from './definitions.ts';
import type { JsonPath } from './json-path.ts';

/** An attribute that paths lead to; a value counts if it is not `null`, and the first path's before the others'. */
export function pathAttribute(
  name: string,
  paths: readonly JsonPath[],
): Attribute & { readonly isOfMetadata: boolean } {
  const isOfMetadata = paths.every(
    ({ firstFields }) => firstFields.length > 0 && firstFields.every((field) => field === 'resource_metadata'),
  );
  const rootOf = isOfMetadata ? metadataRoot : sampleDict;
  return {
    name,
    isOfMetadata,
    valueIn(sample) {
      const root = rootOf(sample);
      for (const path of paths) {
        const found = path.find(root).find((value) => value !== null);
        if (found !== undefined) return found;
      }
      return null;
    },
  };
}

/** An attribute that is the same for all. */
export function constantAttribute(name: string, value: number): Attribute & { readonly isOfMetadata: boolean } {
  return { name, isOfMetadata: true, valueIn: () => value };
}

function metadataRoot({ resourceMetadata }: Sample): MetadataValue {
  return { resource_metadata: resourceMetadata };
}
