import { formatTimestamp } from '@nephometer/sample';
import { PublisherError } from '../publisher-error.ts';
import type { MetadataRow, ResourceRow } from '../sql/resource-row.ts';
import type { MeterRow, SampleRow } from '../sql/sample-row.ts';
import { usedUntil } from '../sql/used-until.ts';
import type { PostgresqlConnection, ResultRow } from './postgresql-connection.ts';

/** Numbers of the rows that samples refer to, as text. */
export interface References {
  /**
   * Finds the rows of a batch, or makes them, within a transaction of the caller's. What is found out is remembered only with
   * `keep`: when the transaction has gone through.
   */
  find(connection: PostgresqlConnection, rows: readonly SampleRow[]): Promise<FoundReferences>;
  /** What is remembered may not be in the database any more. */
  forget(): void;
}

/** The numbers for one batch. */
export interface FoundReferences {
  meter(meter: MeterRow): string;
  resource(resource: ResourceRow): string;
  keep(): void;
}

/** More than there are, mostly; if more come, what is remembered is forgotten. */
const mostRemembered = 500_000;

interface KnownResource {
  readonly id: string;
  readonly usedUntil: number;
}

/** Nothing is remembered yet. */
export function createReferences(schema: string): References {
  const meters = new Map<string, string>();
  const resources = new Map<string, KnownResource>();
  return {
    async find(connection, rows) {
      const wanted = unknownIn(rows, meters, resources);
      const newMeters = wanted.meters.size === 0 ? meters : await findMeters(connection, schema, wanted.meters);
      const newResources = new Map<string, KnownResource>();
      if (wanted.resources.size > 0) {
        await insertMetadata(connection, schema, [...wanted.resources.values()]);
        for (const [digest, known] of await upsertResources(connection, schema, [...wanted.resources.values()])) {
          newResources.set(digest, known);
        }
      }
      return {
        meter: ({ key }) => meters.get(key) ?? newMeters.get(key) ?? '',
        resource: ({ digest }) => (newResources.get(digest) ?? resources.get(digest))?.id ?? '',
        keep() {
          if (meters.size + newMeters.size > mostRemembered) meters.clear();
          for (const [key, id] of newMeters) meters.set(key, id);
          if (resources.size + newResources.size > mostRemembered) resources.clear();
          for (const [digest, known] of newResources) resources.set(digest, known);
        },
      };
    },
    forget() {
      meters.clear();
      resources.clear();
    },
  };
}

interface WantedResource {
  readonly row: ResourceRow;
  usedUntil: number;
}

function unknownIn(
  rows: readonly SampleRow[],
  meters: ReadonlyMap<string, string>,
  resources: ReadonlyMap<string, KnownResource>,
): { readonly meters: Map<string, MeterRow>; readonly resources: Map<string, WantedResource> } {
  const wanted = { meters: new Map<string, MeterRow>(), resources: new Map<string, WantedResource>() };
  for (const { meter, resource, timeUs } of rows) {
    if (!meters.has(meter.key)) wanted.meters.set(meter.key, meter);
    const known = resources.get(resource.digest);
    if (known && timeUs < known.usedUntil) continue;
    const until = usedUntil(timeUs);
    const entry = wanted.resources.get(resource.digest);
    if (!entry) wanted.resources.set(resource.digest, { row: resource, usedUntil: until });
    else entry.usedUntil = Math.max(entry.usedUntil, until);
  }
  return wanted;
}

// All of these write in one order, so that two transactions never wait for each other.

async function findMeters(
  connection: PostgresqlConnection,
  schema: string,
  wanted: ReadonlyMap<string, MeterRow>,
): Promise<ReadonlyMap<string, string>> {
  const meters = [...wanted.values()];
  const columns = [
    meters.map(({ name }) => name),
    meters.map(({ type }) => type),
    meters.map(({ unit }) => unit),
    meters.map(({ isFloat }) => isFloat),
    meters.map(({ key }) => key),
  ];
  const given =
    'unnest($1::text[], $2::text[], $3::text[], $4::boolean[], $5::text[]) AS g (name, type, unit, is_float, key)';
  await connection.query(
    `INSERT INTO ${schema}.meter (name, type, unit, is_float)
     SELECT name, type, unit, is_float FROM ${given}
     WHERE NOT EXISTS (SELECT FROM ${schema}.meter m
       WHERE (m.name, m.type, m.unit, m.is_float) = (g.name, g.type, g.unit, g.is_float))
     ORDER BY key ON CONFLICT DO NOTHING`,
    columns,
  );
  const found = await connection.query(
    `SELECT key, id::text FROM ${given} JOIN ${schema}.meter USING (name, type, unit, is_float)`,
    columns,
  );
  return new Map(complete(found, meters.length).map((row) => [String(row['key']), String(row['id'])]));
}

async function insertMetadata(
  connection: PostgresqlConnection,
  schema: string,
  wanted: readonly WantedResource[],
): Promise<void> {
  const metadata = [
    ...new Map<string, MetadataRow>(wanted.map(({ row }) => [row.metadata.digest, row.metadata])).values(),
  ];
  await connection.query(
    `INSERT INTO ${schema}.metadata (digest, content)
     SELECT digest, content::jsonb FROM unnest($1::uuid[], $2::text[]) AS g (digest, content)
     WHERE NOT EXISTS (SELECT FROM ${schema}.metadata m WHERE m.digest = g.digest)
     ORDER BY digest ON CONFLICT DO NOTHING`,
    [metadata.map(({ digest }) => digest), metadata.map(({ content }) => content)],
  );
}

async function upsertResources(
  connection: PostgresqlConnection,
  schema: string,
  wanted: readonly WantedResource[],
): Promise<ReadonlyMap<string, KnownResource>> {
  const found = await connection.query(
    `INSERT INTO ${schema}.resource
       (digest, resource_id, project_id, project_name, user_id, user_name, source, metadata, used_until)
     SELECT g.digest, g.resource_id, g.project_id, g.project_name, g.user_id, g.user_name, g.source, m.id, g.used_until
     FROM unnest($1::uuid[], $2::text[], $3::text[], $4::text[], $5::text[], $6::text[], $7::text[], $8::uuid[], $9::timestamptz[])
       AS g (digest, resource_id, project_id, project_name, user_id, user_name, source, metadata, used_until)
       JOIN ${schema}.metadata m ON m.digest = g.metadata
     ORDER BY g.digest
     ON CONFLICT (digest) DO UPDATE SET used_until = greatest(resource.used_until, excluded.used_until)
     RETURNING replace(digest::text, '-', '') AS digest, id::text`,
    [
      wanted.map(({ row }) => row.digest),
      wanted.map(({ row }) => row.resourceId),
      wanted.map(({ row }) => row.projectId),
      wanted.map(({ row }) => row.projectName),
      wanted.map(({ row }) => row.userId),
      wanted.map(({ row }) => row.userName),
      wanted.map(({ row }) => row.source),
      wanted.map(({ row }) => row.metadata.digest),
      wanted.map((entry) => `${formatTimestamp(entry.usedUntil / 1000)}Z`),
    ],
  );
  const untils = new Map(wanted.map((entry) => [entry.row.digest, entry.usedUntil]));
  return new Map(
    complete(found, wanted.length).map((row) => {
      const digest = String(row['digest']);
      return [digest, { id: String(row['id']), usedUntil: untils.get(digest) ?? 0 }];
    }),
  );
}

/** Rows can go missing between two statements, when somebody else tidies up: another attempt makes them anew. */
function complete(rows: readonly ResultRow[], count: number): readonly ResultRow[] {
  if (rows.length === count) return rows;
  throw new PublisherError('target_failed', 'somebody else dropped rows that samples were about to refer to');
}
