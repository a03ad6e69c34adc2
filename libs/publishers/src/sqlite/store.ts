import { statSync } from 'node:fs';
import { DatabaseSync } from 'node:sqlite';
import type { StatementSync } from 'node:sqlite';
import type { Refusal } from '@nephometer/plugin';
import type { Sample } from '@nephometer/sample';
import { createRefusals } from '../refusals.ts';
import type { Refusals } from '../refusals.ts';
import { createSampleRows } from '../sql/sample-row.ts';
import type { SampleRow } from '../sql/sample-row.ts';
import { createReferences } from './references.ts';
import type { References } from './references.ts';
import { createRetention } from './retention.ts';
import type { Retention } from './retention.ts';
import { ensureSchema } from './schema.ts';
import { isRowFault, sqliteError } from './sqlite-error.ts';

/** Samples in a file, which is made when the first ones come. What it does blocks; it belongs into a thread of its own. */
export interface Store {
  /**
   * Writes samples in one transaction, which is on the disk when this returns; those that are there already stay as they are.
   *
   * @param oldestUs samples from before this time are refused; in microseconds since 1970
   * @throws PublisherError a passing one; nothing has been written
   */
  add(samples: readonly Sample[], oldestUs: number): readonly Refusal[];
  /** Does a few milliseconds of tidying up: samples from before `oldestUs` go. Whether there is more to do. */
  tidy(oldestUs: number): boolean;
  /** Safe twice. */
  close(): void;
}

interface OpenFile {
  readonly database: DatabaseSync;
  readonly insert: StatementSync;
  readonly references: References;
  readonly retention: Retention;
  /** Tells whether the path still leads to it. */
  readonly identity: string;
}

/** The store at a path; touches nothing yet. */
export function createStore(path: string): Store {
  const rowsOf = createSampleRows();
  let file: OpenFile | undefined;

  function close(): void {
    const closing = file;
    file = undefined;
    closing?.database.close();
  }

  /** SQLite would go on in a file that was moved away or deleted. */
  function ready(): OpenFile {
    if (file && identityOf(path) !== file.identity) close();
    return (file ??= openFile(path));
  }

  return {
    add(samples, oldestUs) {
      const refusals = createRefusals();
      const rows = rowsOf.of(samples, oldestUs, refusals);
      try {
        const opened = ready();
        if (rows.length > 0) insertRows(opened, rows, refusals);
      } catch (error) {
        // What it was in the middle of is undone, and a file that was mended, or replaced, is seen.
        close();
        throw sqliteError(error, path);
      }
      return refusals.list();
    },
    tidy(oldestUs) {
      if (!file) return false;
      try {
        return file.retention.step(oldestUs);
      } catch (error) {
        close();
        throw sqliteError(error, path);
      }
    },
    close,
  };
}

function openFile(path: string): OpenFile {
  const database = new DatabaseSync(path);
  try {
    // Synced at each commit. The log is given back down to this size.
    database.exec('PRAGMA busy_timeout = 5000');
    ensureSchema(database, path);
    database.exec('PRAGMA synchronous = FULL; PRAGMA journal_size_limit = 8388608');
    const insert = database.prepare(
      `INSERT INTO sample (time, id, resource, meter, volume, monotonic_time) VALUES (?, ?, ?, ?, ?, ?)
       ON CONFLICT (time, id) DO NOTHING`,
    );
    const references = createReferences(database);
    const retention = createRetention(database, () => references.forget());
    return { database, insert, references, retention, identity: identityOf(path) };
  } catch (error) {
    database.close();
    throw error;
  }
}

/** Rolled back by closing the file if this throws. */
function insertRows({ database, insert, references }: OpenFile, rows: readonly SampleRow[], refusals: Refusals): void {
  database.exec('BEGIN IMMEDIATE');
  for (const row of rows) {
    try {
      const resource = references.resource(row.resource, row.timeUs);
      const meter = references.meter(row.meter);
      insert.run(row.timeUs, Buffer.from(row.id, 'hex'), resource, meter, row.volume, row.monotonicTime);
    } catch (error) {
      if (!isRowFault(error)) throw error;
      refusals.add(`the database does not take it: ${error.message}`);
    }
  }
  database.exec('COMMIT');
}

function identityOf(path: string): string {
  const status = statSync(path, { throwIfNoEntry: false });
  return status ? `${status.dev}:${status.ino}` : '';
}
