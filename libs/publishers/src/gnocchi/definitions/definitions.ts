import type { MetadataValue, Sample } from '@nephometer/sample';

/** What becomes of samples in Gnocchi: what a `gnocchi_resources.yaml` says, or {@link packagedDefinitions}. */
export interface Definitions {
  /** To be created if they are not there. */
  readonly archivePolicies: readonly ArchivePolicy[];
  /** What a meter is stored as; `undefined` if nothing says so. */
  metricOf(meter: string): MetricDefinition | undefined;
}

/** How long and how finely a metric is kept, as Gnocchi's API takes it. */
export interface ArchivePolicy {
  readonly name: string;
  readonly aggregation_methods?: readonly string[];
  /** In periods of the coarsest granularity. */
  readonly back_window?: number;
  /** Times in seconds, or in words such as `5 minutes`. */
  readonly definition: readonly Readonly<
    Partial<Record<'granularity' | 'timespan', string | number> & Record<'points', number>>
  >[];
}

/** A metric of a resource. It bears the meter's name. */
export interface MetricDefinition {
  readonly resource: ResourceDefinition;
  /** Only for a metric that does not exist yet. */
  readonly archivePolicy: string;
}

/** A type of resources. */
export interface ResourceDefinition {
  /** For example `instance_disk`. */
  readonly type: string;
  readonly attributes: readonly Attribute[];
  /** Whether all attributes depend on nothing of a sample but its metadata. */
  readonly isOfMetadata: boolean;
}

/** What is known of a resource besides its owner. */
export interface Attribute {
  readonly name: string;
  /** The first value that is not `null`; `null` if there is none. */
  valueIn(sample: Sample): MetadataValue;
}

/** A meter as a definition lists it, in the order of the file. */
export interface DefinedMeter {
  /** A shell pattern if {@link isPattern}. */
  readonly name: string;
  readonly isPattern: boolean;
  readonly metric: MetricDefinition;
}

/** How {@link indexMeters} decides between definitions. */
export interface IndexOptions {
  /** Which definition counts of several that name a meter: Ceilometer takes the last one, that of 2015 the first one. */
  readonly whichCounts: 'first' | 'last';
}

/** Distinct meters looked up so far are kept up to here; beyond it patterns are tried each time. */
const MOST_KNOWN = 10_000;

/**
 * Finds meters by name: those that a definition names in full before those that only a pattern fits, of which the first counts.
 *
 * @param fits whether a pattern fits a name
 */
export function indexMeters(
  meters: readonly DefinedMeter[],
  fits: (pattern: string, name: string) => boolean,
  { whichCounts }: IndexOptions,
): Definitions['metricOf'] {
  const patterns = meters.filter(({ isPattern }) => isPattern);
  const exact = meters.filter(({ isPattern }) => !isPattern);
  const inOrder = whichCounts === 'last' ? exact : exact.toReversed();
  const known = new Map<string, MetricDefinition | undefined>(inOrder.map(({ name, metric }) => [name, metric]));
  return (name) => {
    if (known.has(name)) return known.get(name);
    const found = patterns.find((pattern) => fits(pattern.name, name))?.metric;
    if (known.size < MOST_KNOWN) known.set(name, found);
    return found;
  };
}
