import { encodeField, encodeText, fieldLength, writeFieldHead } from '../protobuf.ts';
import type { MetricKind } from './metric-kind.ts';
import type { EncodedPlace } from './sample-place.ts';

// As much of OTLP as is sent, from opentelemetry-proto 1.x (opentelemetry/proto/metrics/v1/metrics.proto and its
// siblings):
//
//   ExportMetricsServiceRequest  1 resource_metrics
//   ResourceMetrics              1 resource, 2 scope_metrics
//   Resource                     1 attributes
//   ScopeMetrics                 1 scope, 2 metrics
//   InstrumentationScope         1 name, 2 version
//   Metric                       1 name, 3 unit, 5 gauge, 7 sum
//   Gauge                        1 data_points
//   Sum                          1 data_points, 2 aggregation_temporality (1 delta, 2 cumulative), 3 is_monotonic
//   NumberDataPoint              2 start_time_unix_nano, 3 time_unix_nano (fixed64),
//                                4 as_double, 6 as_int (sfixed64), 7 attributes
//   KeyValue                     1 key, 2 value
//   AnyValue                     1 string_value

/** A value at a time. Times in microseconds since 1970. */
export interface RequestPoint {
  readonly place: EncodedPlace;
  /** 0: it has none. */
  readonly startUs: number;
  readonly timeUs: number;
  readonly volume: number;
  readonly isInteger: boolean;
}

/** The points of one meter of one resource. */
export interface RequestMetric {
  readonly kind: MetricKind;
  readonly points: readonly RequestPoint[];
}

/** The meters of one resource. */
export interface RequestResource {
  readonly place: EncodedPlace;
  readonly metrics: Iterable<RequestMetric>;
}

/** Number of the field of `Metric` for a type of meter, and what follows its points there. */
const data = {
  gauge: { field: 5, tail: Uint8Array.of() },
  // What a transformer subtracts may shrink: that a delta is monotonic is more than we know.
  delta: { field: 7, tail: Uint8Array.of(2 << 3, 1) },
  cumulative: { field: 7, tail: Uint8Array.of(2 << 3, 2, 3 << 3, 1) },
} as const;

/**
 * An `opentelemetry.proto.collector.metrics.v1.ExportMetricsServiceRequest`. A general writer allocates for each
 * message; here the lengths are reckoned beforehand, so that a request is one buffer, written once.
 */
export function createRequestEncoder(version: string): (resources: readonly RequestResource[]) => Uint8Array {
  const scope = encodeField(1, Buffer.concat([encodeText(1, 'nephometer'), encodeText(2, version)]));
  return (resources) => {
    const measured = resources.map((resource) => measureResource(resource, scope));
    const target = Buffer.allocUnsafe(measured.reduce((sum, { length }) => sum + fieldLength(length), 0));
    let offset = 0;
    for (const resource of measured) offset = writeResource(target, offset, resource, scope);
    return target;
  };
}

interface MeasuredMetric extends RequestMetric {
  /** Of `Gauge` or `Sum`. */
  readonly dataLength: number;
  readonly length: number;
}

interface MeasuredResource {
  readonly place: EncodedPlace;
  readonly metrics: readonly MeasuredMetric[];
  /** Of `ScopeMetrics`. */
  readonly scopeLength: number;
  readonly length: number;
}

function measureResource({ place, metrics }: RequestResource, scope: Uint8Array): MeasuredResource {
  const measured = Array.from(metrics, measureMetric);
  const scopeLength = measured.reduce((sum, { length }) => sum + fieldLength(length), scope.length);
  return { place, metrics: measured, scopeLength, length: place.resource.length + fieldLength(scopeLength) };
}

function measureMetric({ kind, points }: RequestMetric): MeasuredMetric {
  const { tail } = data[kind.type];
  const dataLength = points.reduce((sum, point) => sum + fieldLength(pointLength(point)), tail.length);
  return { kind, points, dataLength, length: kind.head.length + fieldLength(dataLength) };
}

/** A number of fixed length takes 9 bytes with its tag. */
function pointLength({ place, startUs }: RequestPoint): number {
  return place.point.length + (startUs === 0 ? 18 : 27);
}

function writeResource(target: Buffer, begin: number, resource: MeasuredResource, scope: Uint8Array): number {
  let offset = writeFieldHead(target, begin, 1, resource.length);
  offset = copy(target, offset, resource.place.resource);
  offset = writeFieldHead(target, offset, 2, resource.scopeLength);
  offset = copy(target, offset, scope);
  for (const { kind, points, dataLength, length } of resource.metrics) {
    const { field, tail } = data[kind.type];
    offset = writeFieldHead(target, offset, 2, length);
    offset = copy(target, offset, kind.head);
    offset = writeFieldHead(target, offset, field, dataLength);
    for (const point of points) offset = writePoint(target, offset, point);
    offset = copy(target, offset, tail);
  }
  return offset;
}

function writePoint(target: Buffer, begin: number, point: RequestPoint): number {
  const { place, startUs, timeUs, volume, isInteger } = point;
  let offset = writeFieldHead(target, begin, 1, pointLength(point));
  if (startUs !== 0) offset = writeNanoseconds(target, offset, 2, startUs);
  offset = writeNanoseconds(target, offset, 3, timeUs);
  target[offset] = ((isInteger ? 6 : 4) << 3) | 1;
  offset = isInteger ? target.writeBigInt64LE(BigInt(volume), offset + 1) : target.writeDoubleLE(volume, offset + 1);
  return copy(target, offset, place.point);
}

/** Microseconds as a fixed64 of nanoseconds, which are more than a number keeps: in two halves. */
function writeNanoseconds(target: Buffer, offset: number, field: number, timeUs: number): number {
  const low = (timeUs % 2 ** 32) * 1000;
  const high = Math.floor(timeUs / 2 ** 32) * 1000 + Math.floor(low / 2 ** 32);
  target[offset] = (field << 3) | 1;
  target.writeUInt32LE(low % 2 ** 32, offset + 1);
  return target.writeUInt32LE(high, offset + 5);
}

function copy(target: Buffer, offset: number, bytes: Uint8Array): number {
  target.set(bytes, offset);
  return offset + bytes.length;
}
