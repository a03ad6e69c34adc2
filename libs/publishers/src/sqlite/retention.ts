import type { DatabaseSync } from 'node:sqlite';
import { dayUs } from '../sql/used-until.ts';
import { pragma } from './schema.ts';

/** Samples that go in one step: a few milliseconds, so that what comes meanwhile does not wait. */
const stepSamples = 2000;

/** Pages given back in one step. */
const stepPages = 256;

/** Free pages up to this many are kept for what comes next. */
const keptPages = 256;

/** Brings a store down to what it is to keep. */
export interface Retention {
  /**
   * One step; whether there is more to do. First old samples go, then resources and metadata that none refers to, then free pages
   * beyond a quarter of the file.
   *
   * @param oldestUs samples from before this time go, in microseconds since 1970
   */
  step(oldestUs: number): boolean;
}

/** @param onDropped called when resources have gone */
export function createRetention(database: DatabaseSync, onDropped: () => void): Retention {
  const dropSamples = database.prepare(
    `DELETE FROM sample WHERE (time, id) IN
       (SELECT time, id FROM sample WHERE time < ? ORDER BY time, id LIMIT ${stepSamples})`,
  );
  let cleanedDay = -1;

  /** Resources are used until the end of some day: once a day is often enough. */
  function dropUnused(oldestUs: number): void {
    const day = Math.floor(oldestUs / dayUs);
    if (day === cleanedDay) return;
    cleanedDay = day;
    const { changes } = database.prepare('DELETE FROM resource WHERE used_until <= ?').run(oldestUs);
    if (changes === 0) return;
    database.exec('DELETE FROM metadata WHERE NOT EXISTS (SELECT 1 FROM resource WHERE metadata = metadata.id)');
    onDropped();
  }

  function step(oldestUs: number): boolean {
    const { changes } = dropSamples.run(oldestUs);
    if (changes === stepSamples) return true;
    dropUnused(oldestUs);
    return shrinkStep(database);
  }

  return {
    step(oldestUs) {
      // What a power cut undoes of this is done again.
      database.exec('PRAGMA synchronous = NORMAL');
      try {
        return step(oldestUs);
      } finally {
        database.exec('PRAGMA synchronous = FULL');
      }
    },
  };
}

function shrinkStep(database: DatabaseSync): boolean {
  const free = Number(pragma(database, 'freelist_count'));
  if (free <= keptPages || free * 4 <= Number(pragma(database, 'page_count'))) return false;
  database.exec(`PRAGMA incremental_vacuum(${Math.min(stepPages, free - keptPages)})`);
  return true;
}
