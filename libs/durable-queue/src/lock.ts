import { hostname } from 'node:os';
import { existsSync, rmSync } from 'node:fs';
import { DatabaseSync } from 'node:sqlite';
import { convertError } from './file/convert-error.ts';
import { makePrivateFile } from './file/private-files.ts';
import { QueueError } from './queue-error.ts';

/** A lock that this process holds. It ends with the process, however that ends. */
export interface Lock {
  readonly path: string;
  /** Safe twice. The file stays. */
  release(): void;
}

/** Who holds a lock. */
export interface LockOwner {
  readonly pid: number;
  readonly host: string;
}

/**
 * Takes a lock that one holder on this machine can have at a time, also within a process. The file is made if it is not there; it
 * is an SQLite database in which a transaction stays open, and holds who that is.
 *
 * Waits a quarter of a second at most: throws a `QueueError` with code `locked`, which says whose it is, if it is taken.
 */
export function holdLock(path: string): Lock {
  try {
    return take(path);
  } catch (error) {
    if (!(error instanceof QueueError) || error.code !== 'damaged') throw error;
    // It is not synced, so a power cut may leave anything; what is no database is nobody's lock.
    for (const suffix of ['', '-journal']) rmSync(path + suffix, { force: true });
    return take(path);
  }
}

function take(path: string): Lock {
  let database: DatabaseSync | undefined;
  try {
    makePrivateFile(path);
    database = new DatabaseSync(path);
    database.exec('PRAGMA synchronous = OFF');
    begin(database, path);
    noteOwner(database, path);
  } catch (error) {
    database?.close();
    throw convertError(error, path);
  }
  const held = database;
  return { path, release: () => held.isOpen && held.close() };
}

/**
 * Whether somebody holds a lock, and who, if they could leave their name. Touches nothing but for a moment.
 *
 * @param whileFree done if nobody does, and before anybody can
 */
export function findLockOwner(path: string, whileFree = (): void => undefined): LockOwner | 'unknown' | undefined {
  let database: DatabaseSync | undefined;
  try {
    if (existsSync(path)) begin((database = new DatabaseSync(path)), path);
    whileFree();
    return undefined;
  } catch (error) {
    const converted = convertError(error, path);
    if (!(converted instanceof QueueError)) throw converted;
    if (converted.code === 'locked') return readOwner(path) ?? 'unknown';
    if (converted.code === 'damaged') return undefined;
    throw converted;
  } finally {
    database?.close();
  }
}

// A transaction that may write: one at a time, and it lets others read. It outwaits one who only looks whether it is taken.
function begin(database: DatabaseSync, path: string): void {
  try {
    database.exec('PRAGMA busy_timeout = 250; BEGIN IMMEDIATE');
  } catch (error) {
    const converted = convertError(error, path);
    if (!(converted instanceof QueueError) || converted.code !== 'locked') throw converted;
    throw new QueueError('locked', `${path} is in use by ${describe(readOwner(path))}`, { path, cause: error });
  }
}

function describe(owner: LockOwner | undefined): string {
  if (owner === undefined) return 'another process';
  return owner.pid === process.pid ? 'this process' : `process ${owner.pid} on ${owner.host}`;
}

/** Leaves the lock held, with a name if the disk has room for it. */
function noteOwner(database: DatabaseSync, path: string): void {
  try {
    // Others may be reading the name.
    database.exec('PRAGMA busy_timeout = 1000');
    database.exec('CREATE TABLE IF NOT EXISTS owner (pid INTEGER, host TEXT); DELETE FROM owner');
    database.prepare('INSERT INTO owner VALUES (?, ?)').run(process.pid, hostname());
    database.exec('COMMIT');
  } catch {
    if (database.isTransaction) database.exec('ROLLBACK');
  }
  begin(database, path);
}

function readOwner(path: string): LockOwner | undefined {
  let database: DatabaseSync | undefined;
  try {
    database = new DatabaseSync(path, { readOnly: true });
    database.exec('PRAGMA busy_timeout = 1000');
    const { pid, host } = database.prepare('SELECT pid, host FROM owner').get() ?? {};
    return typeof pid === 'number' && typeof host === 'string' ? { pid, host } : undefined;
  } catch {
    return undefined;
  } finally {
    database?.close();
  }
}
