import type { DatabaseSync, StatementSync } from 'node:sqlite';
import { encodeHead } from './stored-row.ts';
import type { StoredRow } from './stored-row.ts';

/** "nphq", in the header of each file: another program's database is not taken for a damaged queue. */
export const APPLICATION_ID = 0x6e706871;
/** The one version of the schema so far. */
export const SCHEMA_VERSION = 1;
/** Versions beyond this one do not come from a newer release but from damage. */
export const HIGHEST_VERSION = 1000;
/** Bytes of a page. Repair relies on it: it must also read files whose header is gone. */
export const PAGE_BYTES = 4096;

// `rows` and `state` have the same columns, so that a repair, which sees only pages, reads both the same way. In the file, a row is
// a record of NULL (seq is the key), head and payload; see carve-rows.ts before changing it.
const tables = `
  CREATE TABLE rows (seq INTEGER PRIMARY KEY, head BLOB NOT NULL, payload BLOB NOT NULL);
  CREATE TABLE state (seq INTEGER PRIMARY KEY, head BLOB NOT NULL, payload BLOB NOT NULL);
`;

/** Makes an empty database a queue without rows; it has no state yet. */
export function createSchema(database: DatabaseSync): void {
  database.exec(`PRAGMA page_size = ${PAGE_BYTES}; PRAGMA auto_vacuum = INCREMENTAL; ${tables}
    PRAGMA application_id = ${APPLICATION_ID}; PRAGMA user_version = ${SCHEMA_VERSION};`);
}

/** The value of a pragma. */
export function pragma(database: DatabaseSync, name: string): unknown {
  return Object.values(database.prepare(`PRAGMA ${name}`).get() ?? {})[0];
}

/** The statements of a queue. Those that give rows give `{ seq, head, payload }`, see {@link RawRow}. */
export interface Statements {
  readonly insert: StatementSync;
  readonly remove: StatementSync;
  /** The row with a seq. */
  readonly at: StatementSync;
  /** The first row above a seq. */
  readonly after: StatementSync;
  /** As {@link after}, without the payload. */
  readonly headAfter: StatementSync;
  readonly headAt: StatementSync;
  /** The seq of the first row above a seq, and nothing else. */
  readonly keyAfter: StatementSync;
  readonly putState: StatementSync;
  readonly state: StatementSync;
}

export function prepareStatements(database: DatabaseSync): Statements {
  const prepare = (sql: string) => database.prepare(sql);
  return {
    // Node 22 takes an empty array that came from another thread for NULL.
    insert: prepare("INSERT INTO rows (seq, head, payload) VALUES (?, ?, coalesce(?, x''))"),
    remove: prepare('DELETE FROM rows WHERE seq = ?'),
    at: prepare('SELECT seq, head, payload FROM rows WHERE seq = ?'),
    after: prepare('SELECT seq, head, payload FROM rows WHERE seq > ? ORDER BY seq LIMIT 1'),
    headAfter: prepare('SELECT seq, head FROM rows WHERE seq > ? ORDER BY seq LIMIT 1'),
    keyAfter: prepare('SELECT seq FROM rows WHERE seq > ? ORDER BY seq LIMIT 1'),
    headAt: prepare('SELECT seq, head FROM rows WHERE seq = ?'),
    putState: prepare('INSERT OR REPLACE INTO state (seq, head, payload) VALUES (?, ?, ?)'),
    state: prepare('SELECT seq, head, payload FROM state WHERE seq = 0'),
  };
}

/** Runs a statement that puts a row. */
export function put(statement: StatementSync, row: StoredRow): void {
  statement.run(row.seq, encodeHead(row), row.payload);
}
