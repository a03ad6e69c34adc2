import { hash } from 'node:crypto';
import type { Metadata, Sample } from '@nephometer/sample';
import { storableJson, storableText, storableTextOrNull } from './storable-text.ts';

/** A resource as it was described at some time: a row that all its samples refer to until something about it changes. */
export interface ResourceRow {
  /** 32 hexadecimal digits: the same for the same content, and only for that. */
  readonly digest: string;
  readonly resourceId: string;
  readonly projectId: string | null;
  readonly projectName: string | null;
  readonly userId: string | null;
  readonly userName: string | null;
  readonly source: string;
  /** Resources share it: a guest and its devices, mostly. */
  readonly metadata: MetadataRow;
}

/** What `resource_metadata` says. */
export interface MetadataRow {
  /** As that of {@link ResourceRow}. */
  readonly digest: string;
  /** JSON, its keys in their order. */
  readonly content: string;
}

/** What has been made of a metadata object. */
interface Known {
  readonly metadata: MetadataRow;
  /** By resource id, with the sample it was made of. */
  readonly resources: Map<string, { readonly row: ResourceRow; readonly sample: Sample }>;
}

/** Describes resources. Each metadata object is written and hashed once, and what was made of it goes when it goes. */
export function createResourceRows(): (sample: Sample) => ResourceRow {
  const known = new WeakMap<Metadata, Known>();
  return (sample) => {
    let entry = known.get(sample.resourceMetadata);
    if (!entry) {
      const content = storableJson(sample.resourceMetadata);
      entry = { metadata: { content, digest: digestOf(content) }, resources: new Map() };
      known.set(sample.resourceMetadata, entry);
    }
    const resource = entry.resources.get(sample.resourceId);
    if (resource && isSameOwner(resource.sample, sample)) return resource.row;
    const row = resourceRow(sample, entry.metadata);
    entry.resources.set(sample.resourceId, { row, sample });
    return row;
  };
}

function isSameOwner(one: Sample, other: Sample): boolean {
  return (
    one.projectId === other.projectId &&
    one.userId === other.userId &&
    one.source === other.source &&
    one.projectName === other.projectName &&
    one.userName === other.userName
  );
}

function resourceRow(sample: Sample, metadata: MetadataRow): ResourceRow {
  const content = {
    resourceId: storableText(sample.resourceId),
    projectId: storableTextOrNull(sample.projectId),
    projectName: storableTextOrNull(sample.projectName),
    userId: storableTextOrNull(sample.userId),
    userName: storableTextOrNull(sample.userName),
    source: storableText(sample.source),
  };
  return { digest: digestOf(JSON.stringify([...Object.values(content), metadata.digest])), ...content, metadata };
}

/** Half of it is more than enough to tell rows apart. */
function digestOf(text: string): string {
  return hash('sha256', text).slice(0, 32);
}
