import type { Refusal } from '@nephometer/plugin';
import type { Sample } from '@nephometer/sample';
import { createRefusals } from '../refusals.ts';
import { createResourceCache } from '../series/resource-cache.ts';
import { createRequestEncoder } from './export-request.ts';
import type { RequestPoint } from './export-request.ts';
import { createMetricKinds } from './metric-kind.ts';
import type { MetricKind } from './metric-kind.ts';
import { createSampleMicroseconds } from './sample-microseconds.ts';
import { encodePlace, samplePlace } from './sample-place.ts';
import type { EncodedPlace } from './sample-place.ts';
import { createStartTimes } from './start-times.ts';

/** Samples as they are sent. */
export interface EncodedBatch {
  /** An `ExportMetricsServiceRequest`; empty if no sample can be sent. */
  readonly request: Uint8Array;
  /** How many points are in it. */
  readonly points: number;
  /** What cannot be sent. */
  readonly refusals: readonly Refusal[];
  /** To be called if it did not arrive: what comes again is encoded alike. */
  undo(): void;
}

interface Metric {
  readonly kind: MetricKind;
  readonly points: RequestPoint[];
}

interface Resource {
  readonly place: EncodedPlace;
  readonly metrics: Map<MetricKind, Metric>;
}

/** Encodes batches, one after the other or, if they have no resource in common, at the same time. */
export function createBatchEncoder(version: string): (samples: readonly Sample[]) => EncodedBatch {
  const placeOf = createResourceCache((sample) => encodePlace(samplePlace(sample)));
  const kindOf = createMetricKinds();
  const timeOf = createSampleMicroseconds();
  const startTimes = createStartTimes();
  const encode = createRequestEncoder(version);

  return (samples) => {
    const starts = startTimes.begin();
    const refusals = createRefusals();
    const resources = new Map<string, Resource>();
    let points = 0;
    for (const sample of samples) {
      const { type, volume } = sample;
      const timeUs = timeOf(sample.timestamp);
      if (timeUs === undefined) {
        refusals.add(`the timestamp ${JSON.stringify(sample.timestamp)} is none from 1970 to 2255`);
        continue;
      }
      const place = placeOf(sample);
      const kind = kindOf(sample);
      const startUs = starts.of(place.key, kind.key, { type, timeUs, volume });
      const point = { place, startUs, timeUs, volume, isInteger: isInteger(sample) };
      metricOf(resources, place, kind).points.push(point);
      points += 1;
    }
    const groups = [...resources.values()].map(({ place, metrics }) => ({ place, metrics: metrics.values() }));
    return { request: encode(groups), points, refusals: refusals.list(), undo: () => starts.undo() };
  };
}

function metricOf(resources: Map<string, Resource>, place: EncodedPlace, kind: MetricKind): Metric {
  let resource = resources.get(place.resourceKey);
  if (resource === undefined) resources.set(place.resourceKey, (resource = { place, metrics: new Map() }));
  let metric = resource.metrics.get(kind);
  if (metric === undefined) resource.metrics.set(kind, (metric = { kind, points: [] }));
  return metric;
}

/** Whether a volume is an integer, which a quotient is not even if it is whole, and has a place in 64 bits. */
function isInteger({ volume, isFloat }: Sample): boolean {
  return !isFloat && Number.isInteger(volume) && Math.abs(volume) < 2 ** 63;
}
