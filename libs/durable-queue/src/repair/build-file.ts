import { rmSync } from 'node:fs';
import { DatabaseSync } from 'node:sqlite';
import { makePrivateFile, syncPath } from '../file/private-files.ts';
import { createSchema, prepareStatements, put } from '../file/schema.ts';
import type { Statements } from '../file/schema.ts';
import { decodeTally, encodeTally, reconcile } from '../file/counters.ts';
import type { Tally } from '../file/counters.ts';
import { getHead } from '../file/stored-rows.ts';
import type { StoredRow } from '../file/stored-row.ts';

/** What went into a new file. */
export interface BuiltFile {
  readonly tally: Tally;
  readonly lostItems: number | undefined;
}

/**
 * Makes the file of a queue, synced but for its name, with the rows that were found somewhere, in any order and more than once. No
 * row is taken that another one, or the counters, know to be gone.
 */
export function buildFile(path: string, found: Iterable<StoredRow>): BuiltFile {
  rmSync(path, { force: true });
  makePrivateFile(path);
  try {
    const built = build(path, found);
    syncPath(path);
    return built;
  } catch (error) {
    // On a full disk, half a file would be in the way of others.
    rmSync(path, { force: true });
    throw error;
  }
}

function build(path: string, found: Iterable<StoredRow>): BuiltFile {
  const database = new DatabaseSync(path);
  try {
    // Nobody needs the file before it is complete.
    database.exec('PRAGMA journal_mode = OFF; PRAGMA synchronous = OFF');
    createSchema(database);
    database.exec('BEGIN');
    const built = fill(database, prepareStatements(database), path, found);
    database.exec('COMMIT');
    return built;
  } finally {
    database.close();
  }
}

function fill(database: DatabaseSync, statements: Statements, path: string, found: Iterable<StoredRow>): BuiltFile {
  let state: StoredRow | undefined;
  let lowSeq = 0;
  let revision = 0;
  for (const row of found) {
    lowSeq = Math.max(lowSeq, row.lowSeq);
    revision = Math.max(revision, row.revision);
    if (row.seq === 0) state = newer(row, state);
    else keepNewer(statements, path, row);
  }
  const before = state && decodeTally(state);
  const gaps = before?.gaps ?? [];
  const removeRange = database.prepare('DELETE FROM rows WHERE seq BETWEEN ? AND ?');
  for (const [first, last] of [[0, lowSeq - 1] as const, ...gaps]) removeRange.run(first, last);
  const rows = count(statements, path);
  const { counts, lostItems } = reconcile(before?.counts, rows.items);
  const tally = { ...rows, lastSeq: Math.max(rows.lastSeq, before?.lastSeq ?? 0, lowSeq - 1), gaps, counts };
  const head = { seq: 0, revision: revision + 1, lowSeq, items: rows.items, atMs: state?.atMs ?? 0 };
  put(statements.putState, { ...head, payload: encodeTally(tally) });
  return { tally, lostItems };
}

function newer(row: StoredRow, other: StoredRow | undefined): StoredRow {
  return other !== undefined && other.revision >= row.revision ? other : row;
}

function keepNewer(statements: Statements, path: string, row: StoredRow): void {
  const there = getHead(statements.headAt, row.seq, path);
  if (there !== undefined && there.revision >= row.revision) return;
  if (there !== undefined) statements.remove.run(row.seq);
  put(statements.insert, row);
}

function count(statements: Statements, path: string): Omit<Tally, 'counts' | 'gaps'> {
  const sums = { lastSeq: 0, rows: 0, items: 0, bytes: 0 };
  for (;;) {
    const head = getHead(statements.headAfter, sums.lastSeq, path);
    if (head === undefined) return sums;
    sums.lastSeq = head.seq;
    sums.rows += 1;
    sums.items += head.items;
    sums.bytes += head.payloadBytes;
  }
}
