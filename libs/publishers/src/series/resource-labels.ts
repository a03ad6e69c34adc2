import type { Sample } from '@nephometer/sample';
import { sortLabels } from './metric.ts';
import type { Label, Metric, Naming } from './metric.ts';
import { deviceOf, textOf } from './native-naming.ts';

/** Longer ones are refused: no store keeps them, and each costs memory. In characters, names and values together. */
const mostCharacters = 8192;

/** What a resource says on all its series. */
export interface ResourceLabels {
  /** Tells resources apart also when what is said about them changes: a new name, another flavor. */
  readonly identity: string;
  /** Id of the resource. */
  readonly id: string;
  /** Sorted by name. */
  readonly labels: readonly Label[];
  /** Why there can be no series of it. */
  readonly problem?: string;
}

/** The labels of the resource of a sample. */
export function resourceLabelsOf(naming: Naming, sample: Sample): ResourceLabels {
  const { resourceId, resourceMetadata } = sample;
  // A filter may guard several network cards, which then share one id.
  const identity = `${resourceId}\0${textOf(resourceMetadata['instance_id'])}\0${deviceOf(resourceMetadata)}`;
  const labels = naming.labels(sample);
  const characters = labels.reduce((sum, [name, value]) => sum + name.length + value.length, 0);
  if (characters <= mostCharacters) return { identity, id: resourceId, labels };
  const problem = `the labels of ${JSON.stringify(resourceId.slice(0, 100))} have more than ${mostCharacters} characters`;
  return { identity, id: resourceId, labels, problem };
}

/** All labels of a series but its name, sorted by name. */
export function seriesLabels({ labels, resourceLabel }: Metric, resource: ResourceLabels): readonly Label[] {
  if (labels.length === 0 && resourceLabel === undefined) return resource.labels;
  const named: readonly Label[] = resourceLabel === undefined ? [] : [[resourceLabel, resource.id]];
  return sortLabels([...named, ...labels, ...resource.labels]);
}
