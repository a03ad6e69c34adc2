import type { Sample } from '@nephometer/sample';

/** A label of a series: its name and its value, neither of them escaped. */
export type Label = readonly [name: string, value: string];

/** All series of one name, as Prometheus and OpenMetrics define it. */
export interface MetricFamily {
  /** Name in OpenMetrics: without the `_total` of a counter. */
  readonly name: string;
  /** Name of its series: with the `_total` of a counter. */
  readonly seriesName: string;
  readonly type: 'counter' | 'gauge';
  /** Base unit, with which `name` ends: `bytes`; empty if there is none. */
  readonly unit: string;
  /** What it is, in a sentence; may be empty. */
  readonly help: string;
  /** The meter that it is made of. */
  readonly meter: string;
}

/** What samples of one name, type and unit become. */
export interface NamedMetric {
  readonly family: MetricFamily;
  /** A volume times this, */
  readonly multiplier: number;
  /** and through this, is the value: two numbers, since neither 1e-9 nor 0.01 is exact. */
  readonly divisor: number;
  /** Labels besides those of the resource. */
  readonly labels: readonly Label[];
  /** Name of a further label that has the id of the resource. */
  readonly resourceLabel?: string;
}

/** A metric in use. */
export interface Metric extends NamedMetric {
  /** The same for metrics whose series are the same, although their samples differ in unit or type. */
  readonly id: string;
}

/** How samples are called in Prometheus. Both functions are pure. */
export interface Naming {
  /** What a sample is one of, by its name, type and unit alone. */
  readonly metric: (sample: Sample) => NamedMetric;
  /** What its resource says on all its series: sorted by name, none empty, at most 16. */
  readonly labels: (sample: Sample) => readonly Label[];
}

/** The value of a sample in the unit of its metric. */
export function valueOf({ multiplier, divisor }: NamedMetric, volume: number): number {
  return (volume * multiplier) / divisor;
}

/** Text as a part of a name: what Prometheus does not allow in one becomes `_`. */
export function toNamePart(text: string): string {
  return text.replace(/[^a-zA-Z0-9_]/g, '_');
}

/** Sorts labels by name, in the order of code points; of those with one name the first stays, and none that is empty. */
export function sortLabels(labels: readonly Label[]): readonly Label[] {
  const byName = new Map<string, Label>();
  for (const label of labels) {
    if (label[1] !== '' && !byName.has(label[0])) byName.set(label[0], label);
  }
  // All names are ASCII, where the order of code units is that of code points.
  return [...byName.values()].sort(([left], [right]) => (left < right ? -1 : 1));
}
