import type { DatabaseSync } from 'node:sqlite';
import { pragma } from './schema.ts';

/** Free pages up to this many are kept for the next rows. */
const KEPT_PAGES = 1024;
/** Pages given back in one step: a few milliseconds, so that a commit that comes meanwhile does not wait. */
const STEP_PAGES = 1024;

/** Gives free pages back to the file system if they are many and more than half of the file. One step. */
export function shrink(database: DatabaseSync): void {
  const free = Number(pragma(database, 'freelist_count'));
  if (free <= KEPT_PAGES || free * 2 <= Number(pragma(database, 'page_count'))) return;
  database.exec(`PRAGMA incremental_vacuum(${Math.min(STEP_PAGES, free - KEPT_PAGES)})`);
  // Only what has been moved from the log into the file makes the file smaller.
  database.exec('PRAGMA wal_checkpoint(PASSIVE)');
}
