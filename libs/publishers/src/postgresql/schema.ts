import { PublisherError } from '../publisher-error.ts';
import { transaction } from './transaction.ts';
import type { PostgresqlConnection } from './postgresql-connection.ts';
import type { PostgresqlOptions } from './postgresql-options.ts';

/** Of what {@link tablesIn} makes; goes up with each change of it. */
export const schemaVersion = 1;

/** Where samples wait within a transaction. It carries the version, since a pooler's session may outlive ours. */
export const stagingTable = `nephometer_staging_${schemaVersion}`;

/**
 * Sees to it that the tables are there, and are those that we know.
 *
 * @throws PublisherError `refused` if a newer version of this program made them
 */
export async function ensureSchema(connection: PostgresqlConnection, options: PostgresqlOptions): Promise<void> {
  const { schema, timeoutMs } = options;
  if ((await findVersion(connection, schema)) === undefined) {
    await transaction(connection, timeoutMs, async () => {
      await lockSchema(connection, schema);
      // Somebody else may have been faster.
      if ((await findVersion(connection, schema)) !== undefined) return;
      const found = await connection.query('SELECT FROM pg_namespace WHERE nspname = $1', [schema]);
      // Even if it is there, `IF NOT EXISTS` asks for the right to make it.
      if (found.length === 0) await connection.query(`CREATE SCHEMA ${schema}`);
      await connection.query(tablesIn(schema));
    });
  }
  const version = await findVersion(connection, schema);
  if (version === schemaVersion) return;
  throw new PublisherError(
    'refused',
    `the tables in its schema ${schema} have version ${version} and this program knows ${schemaVersion}; ` +
      'start the newer one, or name another schema',
  );
}

/** One at a time changes the tables; until the end of the transaction. */
export async function lockSchema(connection: PostgresqlConnection, schema: string): Promise<void> {
  await connection.query('SELECT pg_advisory_xact_lock(hashtextextended($1, 0))', [`nephometer ${schema}`]);
}

/** The version of the tables; `undefined` if there are none. */
async function findVersion(connection: PostgresqlConnection, schema: string): Promise<number | undefined> {
  const [place] = await connection.query(
    `SELECT FROM pg_class JOIN pg_namespace ON pg_namespace.oid = relnamespace
     WHERE nspname = $1 AND relname = 'schema_version'`,
    [schema],
  );
  if (!place) return undefined;
  const [row] = await connection.query(`SELECT max(version) AS version FROM ${schema}.schema_version`);
  return Number(row?.['version']);
}

// A row of `sample` is small: it refers to what samples share. There is no foreign key on it, which each row would pay for; rows of
// `resource` go only when no partition is left that could refer to them. The primary key must have the time, by which the table is
// divided, and still knows a sample that comes again: its time is the same, too.
function tablesIn(schema: string): string {
  return `
    CREATE TABLE ${schema}.schema_version (version integer NOT NULL, made_at timestamptz NOT NULL DEFAULT now());
    CREATE TABLE ${schema}.meter (
      id integer GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
      name text NOT NULL,
      type text NOT NULL,
      unit text NOT NULL,
      is_float boolean NOT NULL,
      UNIQUE (name, type, unit, is_float)
    );
    CREATE TABLE ${schema}.metadata (
      id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
      digest uuid NOT NULL UNIQUE,
      content jsonb NOT NULL
    );
    CREATE TABLE ${schema}.resource (
      id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
      digest uuid NOT NULL UNIQUE,
      resource_id text NOT NULL,
      project_id text,
      project_name text,
      user_id text,
      user_name text,
      source text NOT NULL,
      metadata bigint NOT NULL REFERENCES ${schema}.metadata (id),
      used_until timestamptz NOT NULL
    );
    CREATE INDEX ON ${schema}.resource (resource_id);
    CREATE INDEX ON ${schema}.resource (metadata);
    CREATE TABLE ${schema}.sample (
      time timestamptz NOT NULL,
      volume double precision NOT NULL,
      monotonic_time double precision,
      resource bigint NOT NULL,
      meter integer NOT NULL,
      id uuid NOT NULL,
      PRIMARY KEY (time, id)
    ) PARTITION BY RANGE (time);
    CREATE INDEX ON ${schema}.sample (resource, meter, time);
    CREATE VIEW ${schema}.samples AS
      SELECT
        meter.name, meter.type, meter.unit, sample.volume,
        resource.user_id, resource.user_name, resource.project_id, resource.project_name, resource.resource_id,
        sample.time AS timestamp,
        metadata.content AS resource_metadata,
        resource.source,
        sample.id,
        sample.monotonic_time
      FROM ${schema}.sample
        JOIN ${schema}.meter ON meter.id = sample.meter
        JOIN ${schema}.resource ON resource.id = sample.resource
        JOIN ${schema}.metadata ON metadata.id = resource.metadata;
    INSERT INTO ${schema}.schema_version (version) VALUES (${schemaVersion});
  `;
}
