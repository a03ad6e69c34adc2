import type { Sample } from '@nephometer/sample';
import { valueOf } from './metric.ts';
import type { Metric, Naming } from './metric.ts';
import { createMetrics } from './metrics.ts';
import { createResourceCache } from './resource-cache.ts';
import { resourceLabelsOf } from './resource-labels.ts';
import type { ResourceLabels } from './resource-labels.ts';
import { createSampleTime } from './sample-time.ts';

/** A sample as a point of a series. */
export interface Point<R> {
  readonly metric: Metric;
  /** What was made of its resource; the same object for all samples that share their metadata. */
  readonly resource: R;
  /** Milliseconds since 1970. */
  readonly timestampMs: number;
  readonly value: number;
}

/** Reads samples as points; a text instead of a point says why the sample cannot be one. */
export function createSeriesReader<R extends { readonly problem?: string }>(
  naming: Naming,
  makeResource: (labels: ResourceLabels) => R,
): (sample: Sample) => Point<R> | string {
  const metricOf = createMetrics(naming);
  const resourceOf = createResourceCache((sample) => makeResource(resourceLabelsOf(naming, sample)));
  const timeOf = createSampleTime();
  return (sample) => {
    const metric = metricOf(sample);
    if (typeof metric === 'string') return metric;
    const resource = resourceOf(sample);
    if (resource.problem !== undefined) return resource.problem;
    const timestampMs = timeOf(sample.timestamp);
    if (!(timestampMs >= 0)) return `the timestamp ${JSON.stringify(sample.timestamp)} is none since 1970`;
    const value = valueOf(metric, sample.volume);
    if (metric.family.type === 'counter' && !(value >= 0)) {
      return `the counter ${metric.family.seriesName} cannot be ${value}`;
    }
    return { metric, resource, timestampMs, value };
  };
}
