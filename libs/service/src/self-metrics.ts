import { Counter, Gauge, Histogram, Registry, collectDefaultMetrics } from 'prom-client';

/** What every metric has. */
export interface MetricSettings<Label extends string> {
  /** Unique in the process, with its unit at the end: `nephometer_inspector_call_duration_seconds`. */
  readonly name: string;
  /** What it counts, in a sentence. */
  readonly help: string;
  /** Keep the number of different values small: every combination is a series. */
  readonly labelNames?: readonly Label[];
}

/** A counter may be taken over when it is read from where it is kept, instead of being incremented. */
export interface CounterSettings<Label extends string> extends MetricSettings<Label> {
  /** Called on every read, with the counter at zero, to be incremented by what was counted. */
  readonly collect?: (counter: Counter<Label>) => void;
}

/** A gauge may be computed when it is read instead of being set. */
export interface GaugeSettings<Label extends string> extends MetricSettings<Label> {
  /** Called on every read, with the gauge to set. */
  readonly collect?: (gauge: Gauge<Label>) => void;
}

export interface HistogramSettings<Label extends string> extends MetricSettings<Label> {
  /** Upper bounds, ascending, in the metric's unit. */
  readonly buckets: readonly number[];
}

/** What a service tells about itself; the samples it collects for others never come here. */
export interface SelfMetrics {
  /** @throws Error if the name is taken: two parts of the program claim it */
  counter<Label extends string = never>(settings: CounterSettings<Label>): Counter<Label>;
  /** @throws Error if the name is taken */
  gauge<Label extends string = never>(settings: GaugeSettings<Label>): Gauge<Label>;
  /** @throws Error if the name is taken */
  histogram<Label extends string = never>(settings: HistogramSettings<Label>): Histogram<Label>;
  /** Everything in Prometheus' text format. */
  text(): Promise<string>;
  /** Media type of {@link text}. */
  readonly contentType: string;
}

/**
 * A registry of its own (two services in one process do not mix) with Node's process metrics and
 * `nephometer_build_info{service,version,node}` = 1.
 */
export function createSelfMetrics({
  service,
  version,
}: {
  readonly service: string;
  readonly version: string;
}): SelfMetrics {
  const registry = new Registry();
  const registers = [registry];
  collectDefaultMetrics({ register: registry });
  const labels = { service, version, node: process.versions.node };
  new Gauge({
    name: 'nephometer_build_info',
    help: 'Which version of which service this is; always 1.',
    labelNames: ['service', 'version', 'node'],
    registers,
  }).set(labels, 1);

  return {
    counter: ({ name, help, labelNames = [], collect }) =>
      new Counter({
        name,
        help,
        labelNames,
        registers,
        ...(collect === undefined
          ? {}
          : {
              collect() {
                this.reset();
                collect(this);
              },
            }),
      }),
    gauge: ({ name, help, labelNames = [], collect }) =>
      new Gauge({
        name,
        help,
        labelNames,
        registers,
        ...(collect === undefined
          ? {}
          : {
              collect() {
                collect(this);
              },
            }),
      }),
    histogram: ({ name, help, labelNames = [], buckets }) =>
      new Histogram({ name, help, labelNames, buckets: [...buckets], registers }),
    text: () => registry.metrics(),
    contentType: registry.contentType,
  };
}
