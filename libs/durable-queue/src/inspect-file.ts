import { existsSync, rmSync, statSync } from 'node:fs';
import { DatabaseSync } from 'node:sqlite';
import { pathToFileURL } from 'node:url';
import { convertError } from './file/convert-error.ts';
import { checkIdentity, checkLog, checkSize, checkState } from './file/open-file.ts';
import { prepareStatements } from './file/schema.ts';
import type { Statements } from './file/schema.ts';
import { stateOf } from './file/state-of.ts';
import { getRow } from './file/stored-rows.ts';
import { findLockOwner } from './lock.ts';
import type { LockOwner } from './lock.ts';
import { QueueError } from './queue-error.ts';
import type { QueueState } from './queue.ts';
import { unfinishedRepair } from './repair/repair-file.ts';

/** What {@link inspectFile} found. */
export interface QueueInspection {
  readonly path: string;
  /** `undefined` if the file is too damaged to tell. */
  readonly state: QueueState | undefined;
  /** The process that has the queue open; `unknown` if it has left no name. */
  readonly owner: LockOwner | 'unknown' | undefined;
  /** What is wrong with the file, in words for the operator; the next time it is opened it is repaired. Empty if it is fine. */
  readonly damage: readonly string[];
}

/** Most problems that are told; a file that is shredded has one for each page. */
const MOST_PROBLEMS = 20;

/**
 * Reads and checks the whole file of a queue, each row against its checksum; changes nothing, and leaves nothing beside it. Its
 * owner may go on meanwhile. What opening the queue would find to be damaged is found here as well. Throws `cannot_open` if there
 * is none.
 */
export function inspectFile(path: string): QueueInspection {
  const unfinished = unfinishedRepair(path);
  if (!existsSync(path) && !existsSync(`${path}-wal`) && unfinished === undefined) {
    throw new QueueError('cannot_open', `${path}: there is no such queue`, { path });
  }
  const damage: string[] = [];
  const owner = findLockOwner(`${path}.lock`);
  // An owner is about to finish it.
  const file = (owner === undefined ? unfinished : undefined) ?? path;
  if (file !== path && existsSync(path)) damage.push(`${path}: a repair was interrupted`);
  let state: QueueState | undefined;
  try {
    checkSize(file);
    // An owner has checked it, and may be writing.
    if (owner === undefined) checkLog(file);
    state = inspectDatabase(file, path, damage);
  } catch (error) {
    damage.push(damageOf(error, file));
  }
  return { path, state, owner, damage };
}

function inspectDatabase(file: string, path: string, damage: string[]): QueueState {
  // Who may write and is the last to close a database takes its log and its index away; but first he moves what is in the log.
  const hasLog = (statSync(`${file}-wal`, { throwIfNoEntry: false })?.size ?? 0) > 0;
  const makesIndex = hasLog && !existsSync(`${file}-shm`);
  const database = hasLog ? new DatabaseSync(file, { readOnly: true }) : openWithoutLog(file);
  let isOurs = false;
  try {
    database.exec('PRAGMA busy_timeout = 5000');
    checkIdentity(database, file);
    isOurs = true;
    const statements = prepareStatements(database);
    const state = readState(database, statements, file);
    checkPages(database, file, damage);
    checkRows(statements, file, damage);
    return state;
  } finally {
    database.close();
    if (isOurs && makesIndex) removeIndex(file, path);
  }
}

function openWithoutLog(file: string): DatabaseSync {
  const url = pathToFileURL(file);
  // It is not made if it has gone meanwhile.
  url.searchParams.set('mode', 'rw');
  const database = new DatabaseSync(url);
  database.exec('PRAGMA query_only = 1');
  return database;
}

/** What reading a log has made beside it. The lock keeps an owner from opening it at this moment. */
function removeIndex(file: string, path: string): void {
  findLockOwner(`${path}.lock`, () => rmSync(`${file}-shm`, { force: true }));
}

/** The counters and the rows they count belong to one moment. */
function readState(database: DatabaseSync, statements: Statements, path: string): QueueState {
  database.exec('BEGIN');
  try {
    return stateOf({ statements, ...checkState(statements, path) }, path);
  } finally {
    database.exec('COMMIT');
  }
}

function checkPages(database: DatabaseSync, path: string, damage: string[]): void {
  for (const row of database.prepare(`PRAGMA quick_check(${MOST_PROBLEMS})`).all()) {
    const [result] = Object.values(row);
    if (result !== 'ok') damage.push(`${path}: ${String(result).replace(/\s+/g, ' ')}`);
  }
}

/** Row by row, so that the owner's log does not grow while this reads. */
function checkRows(statements: Statements, path: string, damage: string[]): void {
  for (let seq = 0; damage.length < MOST_PROBLEMS;) {
    const before = seq;
    try {
      const found = statements.keyAfter.get(seq)?.['seq'];
      if (typeof found !== 'number') return;
      seq = found;
      getRow(statements.at, seq, path);
    } catch (error) {
      damage.push(damageOf(error, path));
      // There is no way to the rows behind.
      if (seq === before) return;
    }
  }
}

/** What an error says about the file; it is thrown if it is about something else. */
function damageOf(error: unknown, path: string): string {
  const converted = convertError(error, path);
  if (converted instanceof QueueError && converted.code === 'damaged') return converted.message;
  throw converted;
}
