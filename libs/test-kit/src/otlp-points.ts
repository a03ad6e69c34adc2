/** A data point with all that belongs to it. 64-bit numbers are texts. */
export interface OtlpPoint {
  readonly resource: Readonly<Record<string, unknown>>;
  readonly scope: { readonly name?: string; readonly version?: string };
  readonly name: string;
  readonly unit?: string;
  readonly kind: 'gauge' | 'sum';
  /** 1: delta, 2: cumulative. */
  readonly temporality?: number;
  readonly isMonotonic?: boolean;
  readonly attributes: Readonly<Record<string, unknown>>;
  /** Nanoseconds since 1970. */
  readonly start?: string;
  readonly time?: string;
  readonly asInt?: string;
  readonly asDouble?: number;
}

interface Attribute {
  readonly key: string;
  readonly value: object;
}

interface Data {
  readonly dataPoints?: readonly {
    readonly attributes?: readonly Attribute[];
    readonly startTimeUnixNano?: string;
    readonly timeUnixNano?: string;
    readonly asInt?: string;
    readonly asDouble?: number;
  }[];
  readonly aggregationTemporality?: number;
  readonly isMonotonic?: boolean;
}

interface Request {
  readonly resourceMetrics?: readonly {
    readonly resource?: { readonly attributes?: readonly Attribute[] };
    readonly scopeMetrics?: readonly {
      readonly scope?: { readonly name?: string; readonly version?: string };
      readonly metrics?: readonly {
        readonly name: string;
        readonly unit?: string;
        readonly gauge?: Data;
        readonly sum?: Data;
      }[];
    }[];
  }[];
}

/**
 * The points of an `ExportMetricsServiceRequest`, as the generated code's `toObject` has it, in their order.
 *
 * @throws if an attribute is given twice, or data is neither a gauge nor a sum
 */
export function readPoints(request: Request): { readonly resources: number; readonly points: readonly OtlpPoint[] } {
  const { resourceMetrics = [] } = request;
  const points = resourceMetrics.flatMap(({ resource, scopeMetrics = [] }) =>
    scopeMetrics.flatMap(({ scope = {}, metrics = [] }) =>
      metrics.flatMap(({ name, unit, gauge, sum }) => {
        const data = gauge ?? sum;
        if (data === undefined) throw new Error(`${name} is neither a gauge nor a sum`);
        return (data.dataPoints ?? []).map((point): OtlpPoint => ({
          resource: record(resource?.attributes),
          scope,
          name,
          ...(unit !== undefined && { unit }),
          kind: gauge ? 'gauge' : 'sum',
          ...(data.aggregationTemporality !== undefined && { temporality: data.aggregationTemporality }),
          ...(data.isMonotonic !== undefined && { isMonotonic: data.isMonotonic }),
          attributes: record(point.attributes),
          ...(point.startTimeUnixNano !== undefined && { start: point.startTimeUnixNano }),
          ...(point.timeUnixNano !== undefined && { time: point.timeUnixNano }),
          ...(point.asInt !== undefined && { asInt: point.asInt }),
          ...(point.asDouble !== undefined && { asDouble: point.asDouble }),
        }));
      }),
    ),
  );
  return { resources: resourceMetrics.length, points };
}

function record(attributes: readonly Attribute[] = []): Record<string, unknown> {
  const entries = attributes.map(({ key, value }) => [key, Object.values(value)[0] as unknown] as const);
  const made = Object.fromEntries(entries);
  if (Object.keys(made).length !== entries.length) throw new Error('an attribute is given twice');
  return made;
}
