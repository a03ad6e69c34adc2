import type { Label, Metric } from '../series/metric.ts';
import { sortLabels } from '../series/metric.ts';
import type { ResourceLabels } from '../series/resource-labels.ts';
import { encodeField, encodeText } from '../protobuf.ts';

/** A resource with its labels as they are sent. */
export interface WrittenResource extends ResourceLabels {
  /** The same for the same resource with the same labels. */
  readonly key: string;
  /** `TimeSeries.labels` of the resource. */
  readonly bytes: Uint8Array;
}

export function writeResource(resource: ResourceLabels): WrittenResource {
  const key = `${resource.identity}\0${resource.labels.flat().join('\0')}`;
  return { ...resource, key, bytes: encodeLabels(resource.labels) };
}

/** All labels of a series, encoded, in parts that follow each other. */
export type EncodedLabels = readonly Uint8Array[];

interface EncodedLabel {
  readonly name: string;
  readonly bytes: Uint8Array;
}

/**
 * Encodes the labels of series: sorted by name, as the protocol demands. Where a metric has no labels of its own, all is ready
 * made: its name, and what the resource says. Otherwise what both say is put in order.
 */
export function createLabelEncoder(): (metric: Metric, resource: WrittenResource) => EncodedLabels {
  const ofMetrics = new Map<string, readonly EncodedLabel[]>();
  const ofResources = new WeakMap<WrittenResource, readonly EncodedLabel[]>();

  function labelsOfMetric({ id, family, labels }: Metric): readonly EncodedLabel[] {
    let encoded = ofMetrics.get(id);
    if (encoded === undefined) {
      encoded = sortLabels([['__name__', family.seriesName], ...labels]).map(encodeLabel);
      ofMetrics.set(id, encoded);
    }
    return encoded;
  }

  return (metric, resource) => {
    const own = labelsOfMetric(metric);
    if (metric.labels.length === 0) return [...own.map(({ bytes }) => bytes), resource.bytes];
    let others = ofResources.get(resource);
    if (others === undefined) ofResources.set(resource, (others = resource.labels.map(encodeLabel)));
    const { resourceLabel } = metric;
    const first = resourceLabel === undefined ? own : merge([encodeLabel([resourceLabel, resource.id])], own);
    return merge(first, others).map(({ bytes }) => bytes);
  };
}

/** Both lists are sorted; of equal names those of the first stay. */
function merge(first: readonly EncodedLabel[], second: readonly EncodedLabel[]): readonly EncodedLabel[] {
  const merged: EncodedLabel[] = [];
  let index = 0;
  for (const label of first) {
    for (let other = second[index]; other !== undefined && other.name <= label.name; other = second[++index]) {
      if (other.name < label.name) merged.push(other);
    }
    merged.push(label);
  }
  for (let other = second[index]; other !== undefined; other = second[++index]) merged.push(other);
  return merged;
}

function encodeLabel([name, value]: Label): EncodedLabel {
  return { name, bytes: encodeLabels([[name, value]]) };
}

// message TimeSeries { repeated Label labels = 1; ... } message Label { string name = 1; string value = 2; }
function encodeLabels(labels: readonly Label[]): Uint8Array {
  return Buffer.concat(
    labels.map(([name, value]) => encodeField(1, Buffer.concat([encodeText(1, name), encodeText(2, value)]))),
  );
}
