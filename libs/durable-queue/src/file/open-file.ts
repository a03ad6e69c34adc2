import { statSync } from 'node:fs';
import { DatabaseSync } from 'node:sqlite';
import { QueueError } from '../queue-error.ts';
import { findWalDamage } from '../repair/wal-damage.ts';
import { APPLICATION_ID, HIGHEST_VERSION, PAGE_BYTES, pragma, prepareStatements, SCHEMA_VERSION } from './schema.ts';
import type { Statements } from './schema.ts';
import { decodeTally } from './counters.ts';
import type { Tally } from './counters.ts';
import { getHead, getRow } from './stored-rows.ts';
import { convertError } from './convert-error.ts';

/** A file that has been found to be a queue. */
export interface OpenFile {
  readonly database: DatabaseSync;
  readonly statements: Statements;
  readonly tally: Tally;
  /** Of the last commit. */
  readonly revision: number;
}

/** Files up to this size are checked page by page when they are opened; it takes about 0.1 s. */
const QUICK_CHECK_BYTES = 64 * 1024 * 1024;

// Synced at each commit. A deleted row is wiped where that costs nothing, so that less comes back from a damaged file. The log is
// given back down to a size that a full disk can still do removals in.
const settings = `
  PRAGMA busy_timeout = 5000;
  PRAGMA journal_mode = WAL;
  PRAGMA synchronous = FULL;
  PRAGMA secure_delete = FAST;
  PRAGMA wal_autocheckpoint = 1000;
  PRAGMA journal_size_limit = 8388608;
`;

/**
 * Opens the file of a queue that is there. A small one is checked whole. Of a big one only what costs nothing: that no page is
 * missing at the end, that its log is not broken in the middle, that the counters are whole and agree with the first and the
 * last row. What else may be damaged shows when it is read: each row has a checksum.
 *
 * Throws `damaged` if a repair is called for.
 */
export function openFile(path: string): OpenFile {
  checkSize(path);
  checkLog(path);
  const database = new DatabaseSync(path);
  try {
    database.exec('PRAGMA busy_timeout = 5000');
    checkIdentity(database, path);
    database.exec(settings);
    checkPages(database, path);
    const statements = prepareStatements(database);
    return { database, statements, ...checkState(statements, path) };
  } catch (error) {
    database.close();
    throw convertError(error, path);
  }
}

/** Throws for a file that is not there or has not even one page, which SQLite would take for a new one, and do away with its log. */
export function checkSize(path: string): void {
  const size = sizeOf(path);
  if (size === undefined) throw damaged(path, 'the file is gone and its write-ahead log is there');
  if (size === 0) throw damaged(path, 'the file has 0 bytes, and a queue in which nothing waits has some');
  if (size < PAGE_BYTES) throw damaged(path, 'the file is cut off');
}

/** Throws for a log that SQLite would use in part without a word. Not for a queue that somebody is writing to. */
export function checkLog(path: string): void {
  const problem = findWalDamage(`${path}-wal`, Math.floor((sizeOf(path) ?? 0) / PAGE_BYTES));
  if (problem !== undefined) throw damaged(path, problem);
}

function sizeOf(path: string): number | undefined {
  return statSync(path, { throwIfNoEntry: false })?.size;
}

/** Throws unless the database is a queue of a version that is known. */
export function checkIdentity(database: DatabaseSync, path: string): void {
  const version = Number(pragma(database, 'user_version'));
  if (pragma(database, 'application_id') !== APPLICATION_ID) {
    const isOurs = database.prepare("SELECT 1 FROM sqlite_schema WHERE name = 'rows' AND sql LIKE '%head BLOB%'").get();
    if (isOurs) throw damaged(path, 'its header is not what was written');
    throw new QueueError('cannot_open', `${path} is a database of another program: name another file`, { path });
  }
  if (version > SCHEMA_VERSION && version <= HIGHEST_VERSION) {
    const message = `${path} has version ${version} and this program knows ${SCHEMA_VERSION}: start the newer one, or move the file away`;
    throw new QueueError('newer_version', message, { path });
  }
  if (version !== SCHEMA_VERSION || pragma(database, 'page_size') !== PAGE_BYTES) {
    throw damaged(path, 'its header is not what was written');
  }
}

function checkPages(database: DatabaseSync, path: string): void {
  const bytes = Number(pragma(database, 'page_count')) * PAGE_BYTES;
  if (bytes > QUICK_CHECK_BYTES) return;
  const result = pragma(database, 'quick_check(1)');
  if (result !== 'ok') throw damaged(path, String(result).replace(/\s+/g, ' '));
}

/** The counters, found to be whole and to agree with the first and the last row. */
export function checkState(statements: Statements, path: string): Pick<OpenFile, 'tally' | 'revision'> {
  const state = getRow(statements.state, undefined, path);
  if (state === undefined) throw damaged(path, 'its counters are gone');
  const tally = decodeTally(state);
  const first = getHead(statements.headAfter, 0, path);
  const beyond = getHead(statements.headAfter, tally.lastSeq, path);
  const agrees = beyond === undefined && (first === undefined ? tally.rows === 0 : first.seq >= state.lowSeq);
  if (!agrees) throw damaged(path, 'its rows are not those that it counted');
  return { tally, revision: state.revision };
}

function damaged(path: string, what: string): QueueError {
  return new QueueError('damaged', `${path}: ${what}`, { path });
}
