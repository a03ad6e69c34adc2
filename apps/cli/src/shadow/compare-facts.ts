import type { Difference } from './difference.ts';
import type { Facts } from './observation.ts';

/** A difference without the time, which facts do not have. */
export type FactDifference = Omit<Difference, 'atMs'>;

/** What two samples of one series do not say alike; the order of keys only where nobody sorted them on either side. */
export function compareFacts(ours: Facts, theirs: Facts): FactDifference[] {
  if (ours === theirs) return [];
  const differences: FactDifference[] = [
    ...compareField('type', 'type', ours.type, theirs.type),
    ...compareField('unit', 'unit', ours.unit, theirs.unit),
    ...compareField('owner', 'user_id', ours.userId, theirs.userId),
    ...compareField('owner', 'project_id', ours.projectId, theirs.projectId),
    // Older versions do not write these two at all.
    ...(theirs.userName === undefined ? [] : compareField('owner', 'user_name', ours.userName, theirs.userName)),
    ...(theirs.projectName === undefined
      ? []
      : compareField('owner', 'project_name', ours.projectName, theirs.projectName)),
    ...compareField('source', 'source', ours.source, theirs.source),
  ];
  const metadata = compareValues('resource_metadata', ours.metadata, theirs.metadata);
  if (metadata.length > 0 || ours.isSorted || theirs.isSorted) return [...differences, ...metadata];
  return [...differences, ...compareOrder('resource_metadata', ours.metadata, theirs.metadata)];
}

function compareField(
  kind: FactDifference['kind'],
  what: string,
  ours: string | null | undefined,
  theirs: string | null,
): FactDifference[] {
  return (ours ?? null) === theirs
    ? []
    : [{ kind, what, ours: JSON.stringify(ours ?? null), theirs: JSON.stringify(theirs) }];
}

/** The leaves that differ, by their path. */
function compareValues(path: string, ours: unknown, theirs: unknown): FactDifference[] {
  if (ours === theirs) return [];
  if (isMapping(ours) && isMapping(theirs)) {
    const keys = new Set([...Object.keys(theirs), ...Object.keys(ours)]);
    return [...keys].flatMap((key) => compareValues(`${path}.${key}`, ours[key], theirs[key]));
  }
  const texts = {
    ours: JSON.stringify(ours) as string | undefined,
    theirs: JSON.stringify(theirs) as string | undefined,
  };
  // Lists: what they say is small, and their order counts.
  if (texts.ours === texts.theirs) return [];
  return [
    {
      kind: 'metadata',
      what: path,
      ...(texts.ours !== undefined && { ours: texts.ours }),
      ...(texts.theirs !== undefined && { theirs: texts.theirs }),
    },
  ];
}

/** The first mapping whose keys stand in another order. */
function compareOrder(path: string, ours: unknown, theirs: unknown): FactDifference[] {
  if (!isMapping(ours) || !isMapping(theirs)) return [];
  const orders = { ours: Object.keys(ours).join(', '), theirs: Object.keys(theirs).join(', ') };
  if (orders.ours !== orders.theirs) return [{ kind: 'key-order', what: path, ...orders }];
  for (const key of Object.keys(ours)) {
    const [first] = compareOrder(`${path}.${key}`, ours[key], theirs[key]);
    if (first !== undefined) return [first];
  }
  return [];
}

function isMapping(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
