import type { DatabaseSync } from 'node:sqlite';
import { PublisherError } from '../publisher-error.ts';

/** In the header of the file, so that no other program's database is taken for ours: "NepS". */
const applicationId = 0x4e657053;

/** Of what {@link schema} makes; goes up with each change of it. */
export const schemaVersion = 1;

// A row of `sample` is small: it refers to what samples share. The primary key keeps samples in the order of time, where new ones
// go to the end and old ones are dropped from the beginning, and knows a sample that comes again: its time is the same, too.
const schema = `
  CREATE TABLE schema_version (version INTEGER NOT NULL, made_at TEXT NOT NULL) STRICT;
  CREATE TABLE meter (
    id INTEGER PRIMARY KEY,
    name TEXT NOT NULL,
    type TEXT NOT NULL,
    unit TEXT NOT NULL,
    is_float INTEGER NOT NULL,
    UNIQUE (name, type, unit, is_float)
  ) STRICT;
  CREATE TABLE metadata (id INTEGER PRIMARY KEY, digest BLOB NOT NULL UNIQUE, content TEXT NOT NULL) STRICT;
  CREATE TABLE resource (
    id INTEGER PRIMARY KEY,
    digest BLOB NOT NULL UNIQUE,
    resource_id TEXT NOT NULL,
    project_id TEXT,
    project_name TEXT,
    user_id TEXT,
    user_name TEXT,
    source TEXT NOT NULL,
    metadata INTEGER NOT NULL REFERENCES metadata (id),
    used_until INTEGER NOT NULL
  ) STRICT;
  CREATE INDEX resource_by_resource_id ON resource (resource_id);
  CREATE INDEX resource_by_metadata ON resource (metadata);
  CREATE TABLE sample (
    time INTEGER NOT NULL,
    id BLOB NOT NULL,
    resource INTEGER NOT NULL,
    meter INTEGER NOT NULL,
    volume REAL NOT NULL,
    monotonic_time REAL,
    PRIMARY KEY (time, id)
  ) STRICT, WITHOUT ROWID;
  CREATE INDEX sample_by_resource ON sample (resource, meter, time);
  CREATE VIEW samples AS
    SELECT
      meter.name, meter.type, meter.unit, sample.volume,
      resource.user_id, resource.user_name, resource.project_id, resource.project_name, resource.resource_id,
      strftime('%Y-%m-%dT%H:%M:%S', sample.time / 1000000, 'unixepoch')
        || iif(sample.time % 1000000 = 0, '', printf('.%06d', sample.time % 1000000)) AS timestamp,
      metadata.content AS resource_metadata,
      resource.source,
      lower(substr(hex(sample.id), 1, 8) || '-' || substr(hex(sample.id), 9, 4) || '-' || substr(hex(sample.id), 13, 4)
        || '-' || substr(hex(sample.id), 17, 4) || '-' || substr(hex(sample.id), 21)) AS id,
      sample.monotonic_time,
      sample.time
    FROM sample
      JOIN meter ON meter.id = sample.meter
      JOIN resource ON resource.id = sample.resource
      JOIN metadata ON metadata.id = resource.metadata;
  INSERT INTO schema_version VALUES (${schemaVersion}, datetime('now'));
  PRAGMA application_id = ${applicationId};
`;

/**
 * Sees to it that a database has our tables: makes them in one that is empty.
 *
 * @throws PublisherError `refused` if it is another program's, or a newer version's of this one
 */
export function ensureSchema(database: DatabaseSync, path: string): void {
  if (isEmpty(database)) {
    // Only a file without tables takes this.
    database.exec('PRAGMA auto_vacuum = INCREMENTAL; PRAGMA journal_mode = WAL; BEGIN IMMEDIATE');
    try {
      // Another process may have been faster.
      if (isEmpty(database)) database.exec(schema);
      database.exec('COMMIT');
    } catch (error) {
      database.exec('ROLLBACK');
      throw error;
    }
  }
  checkSchema(database, path);
}

/** Throws unless a database has our tables in the version that is known. */
export function checkSchema(database: DatabaseSync, path: string): void {
  if (pragma(database, 'application_id') !== applicationId) {
    throw new PublisherError('refused', `${path} is a database of another program; name another file`);
  }
  const { version } = database.prepare('SELECT max(version) AS version FROM schema_version').get() ?? {};
  if (version === schemaVersion) return;
  throw new PublisherError(
    'refused',
    `${path} has version ${String(version)} of the tables and this program knows ${schemaVersion}; ` +
      'start the newer one, or name another file',
  );
}

/** The value of a pragma. */
export function pragma(database: DatabaseSync, name: string): unknown {
  return Object.values(database.prepare(`PRAGMA ${name}`).get() ?? {})[0];
}

function isEmpty(database: DatabaseSync): boolean {
  return database.prepare('SELECT 1 FROM sqlite_schema LIMIT 1').get() === undefined;
}
