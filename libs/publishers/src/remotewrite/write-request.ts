import type { Metric, MetricFamily } from '../series/metric.ts';
import { encodeField, encodeText, fieldLength, varintLength, writeFieldHead, writeVarint } from '../protobuf.ts';
import type { EncodedLabels, WrittenResource } from './written-resource.ts';

/** A value at a time. */
export interface TimedValue {
  /** Milliseconds since 1970. */
  readonly timestampMs: number;
  /** {@link staleMarker} for the end of the series. */
  readonly value: number | typeof staleMarker;
}

/** A series with points of it, the oldest first, no two of one time. */
export interface WrittenSeries {
  readonly metric: Metric;
  readonly resource: WrittenResource;
  readonly points: readonly TimedValue[];
}

/** A value that no number is: the NaN that ends a series in Prometheus, 0x7ff0000000000002. JavaScript may not keep it apart. */
export const staleMarker = Symbol('stale');

const staleBytes = Uint8Array.of(0x02, 0, 0, 0, 0, 0, 0xf0, 0x7f);

/**
 * A `prometheus.WriteRequest` of remote write 1.0 (prompb/remote.proto, prompb/types.proto), not compressed.
 *
 * @param described families of which type, help and unit are told, too
 */
export function encodeWriteRequest(
  series: readonly WrittenSeries[],
  labelsOf: (metric: Metric, resource: WrittenResource) => EncodedLabels,
  described: Iterable<MetricFamily> = [],
): Uint8Array {
  const parts = series.map(({ metric, resource, points }) => {
    const labels = labelsOf(metric, resource);
    const pointsLength = points.reduce((sum, { timestampMs }) => sum + fieldLength(pointLength(timestampMs)), 0);
    return { labels, points, length: labels.reduce((sum, { length }) => sum + length, pointsLength) };
  });
  const metadata = Buffer.concat([...described].map(encodeMetadata));
  const target = Buffer.allocUnsafe(parts.reduce((sum, { length }) => sum + fieldLength(length), metadata.length));
  let offset = 0;
  for (const { labels, points, length } of parts) {
    offset = writeFieldHead(target, offset, 1, length);
    for (const part of labels) {
      target.set(part, offset);
      offset += part.length;
    }
    for (const point of points) offset = writePoint(target, offset, point);
  }
  target.set(metadata, offset);
  return target;
}

// message Sample { double value = 1; int64 timestamp = 2; }
function pointLength(timestampMs: number): number {
  return 1 + 8 + 1 + varintLength(timestampMs);
}

/** `TimeSeries.samples`, which is field 2. */
function writePoint(target: Buffer, offset: number, { timestampMs, value }: TimedValue): number {
  const begin = writeFieldHead(target, offset, 2, pointLength(timestampMs));
  target[begin] = (1 << 3) | 1;
  if (value === staleMarker) target.set(staleBytes, begin + 1);
  else target.writeDoubleLE(value, begin + 1);
  target[begin + 9] = 2 << 3;
  return writeVarint(target, begin + 10, timestampMs);
}

// message MetricMetadata { MetricType type = 1; string metric_family_name = 2; string help = 4; string unit = 5; }
// enum MetricType { UNKNOWN = 0; COUNTER = 1; GAUGE = 2; ... }
/** `WriteRequest.metadata`, which is field 3. Receivers know families by the name of their series. */
function encodeMetadata({ seriesName, type, help, unit }: MetricFamily): Uint8Array {
  const kind = Uint8Array.of(1 << 3, type === 'counter' ? 1 : 2);
  return encodeField(3, Buffer.concat([kind, encodeText(2, seriesName), encodeText(4, help), encodeText(5, unit)]));
}
