import { formatTimestamp } from '@nephometer/sample';
import type { Metadata, MeterType, Sample } from '@nephometer/sample';
import type { DatabaseSync, SQLInputValue, SQLOutputValue } from 'node:sqlite';

/** Which samples of a store are wanted. */
export interface SampleQuery {
  /** Name of the meter. Default: any. */
  readonly meter?: string;
  /** Id of the resource. Default: any. */
  readonly resourceId?: string;
  /** Samples from this time on, in milliseconds since 1970. */
  readonly fromMs: number;
  /** Samples from before this time. Default: no end. */
  readonly toMs?: number;
  /** At most so many: the newest; no more than {@link mostSamplesRead}. */
  readonly limit: number;
}

/** Nobody gets more samples at once. */
export const mostSamplesRead = 10_000;

/** The newest samples of a store that a query wants, the oldest of them first. Those of one resource share their metadata. */
export function querySamples(database: DatabaseSync, query: SampleQuery): readonly Sample[] {
  const { meter, resourceId, fromMs, toMs, limit } = query;
  const conditions = ['sample.time >= ?'];
  const values: SQLInputValue[] = [Math.ceil(fromMs * 1000)];
  const where = (condition: string, value: SQLInputValue): void => {
    conditions.push(condition);
    values.push(value);
  };
  if (toMs !== undefined) where('sample.time < ?', Math.ceil(toMs * 1000));
  if (meter !== undefined) where('sample.meter IN (SELECT id FROM meter WHERE name = ?)', meter);
  if (resourceId !== undefined) where('sample.resource IN (SELECT id FROM resource WHERE resource_id = ?)', resourceId);
  const rows = database
    .prepare(
      `SELECT sample.time, sample.id, sample.volume, sample.monotonic_time,
         meter.name, meter.type, meter.unit, meter.is_float,
         resource.resource_id, resource.project_id, resource.project_name, resource.user_id, resource.user_name,
         resource.source, metadata.id AS metadata_id, metadata.content
       FROM sample
         JOIN meter ON meter.id = sample.meter
         JOIN resource ON resource.id = sample.resource
         JOIN metadata ON metadata.id = resource.metadata
       WHERE ${conditions.join(' AND ')}
       ORDER BY sample.time DESC, sample.id DESC
       LIMIT ?`,
    )
    .all(...values, Math.max(0, Math.min(Math.trunc(limit), mostSamplesRead)));
  const metadata = new Map<SQLOutputValue, Metadata>();
  return rows.reverse().map((row) => toSample(row, metadata));
}

type Row = Readonly<Record<string, SQLOutputValue>>;

function toSample(row: Row, metadata: Map<SQLOutputValue, Metadata>): Sample {
  const key = row['metadata_id'] ?? 0;
  let resourceMetadata = metadata.get(key);
  if (!resourceMetadata) {
    resourceMetadata = JSON.parse(String(row['content'])) as Metadata;
    metadata.set(key, resourceMetadata);
  }
  return {
    name: String(row['name']),
    type: String(row['type']) as MeterType,
    unit: String(row['unit']),
    volume: Number(row['volume']),
    isFloat: row['is_float'] === 1,
    userId: textOf(row['user_id']),
    userName: textOf(row['user_name']),
    projectId: textOf(row['project_id']),
    projectName: textOf(row['project_name']),
    resourceId: String(row['resource_id']),
    timestamp: formatTimestamp(Number(row['time']) / 1000),
    resourceMetadata,
    source: String(row['source']),
    id: uuidOf(row['id']),
    monotonicTime: typeof row['monotonic_time'] === 'number' ? row['monotonic_time'] : null,
  };
}

function textOf(value: SQLOutputValue | undefined): string | null {
  return typeof value === 'string' ? value : null;
}

function uuidOf(value: SQLOutputValue | undefined): string {
  const digits = value instanceof Uint8Array ? Buffer.from(value).toString('hex') : '';
  return digits.replace(/^(.{8})(.{4})(.{4})(.{4})/, '$1-$2-$3-$4-');
}
