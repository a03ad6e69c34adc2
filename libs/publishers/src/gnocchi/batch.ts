import type { MetadataValue, Sample } from '@nephometer/sample';
import { storableJson, storableText, storableTextOrNull } from '../sql/storable-text.ts';
import type { Definitions, MetricDefinition, ResourceDefinition } from './definitions/definitions.ts';
import type { Refusals } from '../refusals.ts';

/** One value of a metric, as Gnocchi takes it. */
export interface Measure {
  readonly timestamp: string;
  readonly value: number;
}

/** What some samples say about one metric. */
export interface MetricBatch {
  readonly name: string;
  /** For a metric that does not exist yet. */
  readonly archivePolicy: string;
  readonly unit: string;
  /** In the order of the samples. */
  readonly measures: Measure[];
}

/** Values of attributes by name; what is `null` is left out. */
export type AttributeValues = Readonly<Record<string, MetadataValue>>;

/** What some samples say about one resource. */
export interface ResourceBatch {
  /** As Gnocchi may have it: without `/`. */
  readonly id: string;
  readonly definition: ResourceDefinition;
  /** By the first sample. */
  readonly userId: string | null;
  /** These two by the last sample that says something. */
  projectId: string | null;
  attributes: AttributeValues;
  readonly metrics: Map<string, MetricBatch>;
}

/** How samples are told apart. */
export interface BatchRules {
  readonly definitions: Definitions;
  /** Why a sample is not to be stored; `undefined` if it is. */
  readonly isLeftOut: (sample: Sample, metric: MetricDefinition) => string | undefined;
}

/** Gnocchi's own limits, in characters. */
const LONGEST_ID = 255;
const LONGEST_UNIT = 31;

/**
 * Sorts samples by resource and metric. What is not to be stored, or never could be, is refused. Texts are as Gnocchi's database
 * takes them: with others Gnocchi breaks the connection, and the samples would come again for ever.
 */
export function createBatch(
  samples: readonly Sample[],
  rules: BatchRules,
  refusals: Refusals,
): readonly ResourceBatch[] {
  const resources = new Map<string, ResourceBatch>();
  for (const sample of samples) {
    const metric = rules.definitions.metricOf(sample.name);
    if (!metric) {
      refusals.add(`the definitions of resources do not have the meter "${sample.name}"`, 1);
      continue;
    }
    const reason = rules.isLeftOut(sample, metric) ?? unfit(sample);
    if (reason !== undefined) {
      refusals.add(reason, 1);
      continue;
    }
    const id = storableText(sample.resourceId.replaceAll('/', '_'));
    const resource = resources.get(id) ?? {
      id,
      definition: metric.resource,
      userId: storableTextOrNull(sample.userId),
      projectId: null,
      attributes: {},
      metrics: new Map<string, MetricBatch>(),
    };
    resources.set(id, resource);
    addAttributes(resource, sample, metric.resource);
    addMeasure(resource, sample, metric);
  }
  return [...resources.values()];
}

function unfit({ resourceId, projectId, userId, volume }: Sample): string | undefined {
  if (resourceId === '' || resourceId.length > LONGEST_ID) {
    return `the id of a resource must have between 1 and ${LONGEST_ID} characters`;
  }
  if ((projectId?.length ?? 0) > LONGEST_ID || (userId?.length ?? 0) > LONGEST_ID) {
    return `the id of a project or a user must have at most ${LONGEST_ID} characters`;
  }
  return Number.isFinite(volume) ? undefined : 'only finite numbers can be stored';
}

function addMeasure(resource: ResourceBatch, sample: Sample, { archivePolicy }: MetricDefinition): void {
  const { unit, timestamp, volume: value } = sample;
  const name = storableText(sample.name);
  const metric = resource.metrics.get(name) ?? {
    name,
    archivePolicy,
    unit: unit.length > LONGEST_UNIT ? '' : storableText(unit),
    measures: [],
  };
  metric.measures.push({ timestamp, value });
  resource.metrics.set(name, metric);
}

function addAttributes(resource: ResourceBatch, sample: Sample, definition: ResourceDefinition): void {
  resource.projectId = storableTextOrNull(sample.projectId);
  const attributes = attributesOf(sample, definition);
  if (attributes === resource.attributes) return;
  // Most often it is the first, or an equal one of another object.
  resource.attributes = isEmpty(resource.attributes) ? attributes : { ...resource.attributes, ...attributes };
}

function isEmpty(attributes: AttributeValues): boolean {
  for (const _name in attributes) return false;
  return true;
}

/** Of metadata that many samples share the attributes are found once. */
const ofMetadata = new WeakMap<ResourceDefinition, WeakMap<Sample['resourceMetadata'], AttributeValues>>();

function attributesOf(sample: Sample, definition: ResourceDefinition): AttributeValues {
  if (!definition.isOfMetadata) return findAttributes(sample, definition);
  const known = ofMetadata.get(definition) ?? new WeakMap<Sample['resourceMetadata'], AttributeValues>();
  ofMetadata.set(definition, known);
  const attributes = known.get(sample.resourceMetadata) ?? findAttributes(sample, definition);
  known.set(sample.resourceMetadata, attributes);
  return attributes;
}

function findAttributes(sample: Sample, definition: ResourceDefinition): AttributeValues {
  const found = definition.attributes.map((attribute) => [attribute.name, attribute.valueIn(sample)] as const);
  const attributes = Object.fromEntries(found.filter(([, value]) => value !== null));
  return JSON.parse(storableJson(attributes)) as AttributeValues;
}

/** How many samples are in it. */
export function countSamples({ metrics }: ResourceBatch): number {
  return [...metrics.values()].reduce((sum, { measures }) => sum + measures.length, 0);
}
