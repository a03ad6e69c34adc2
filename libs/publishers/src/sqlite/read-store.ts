import { DatabaseSync } from 'node:sqlite';
import type { Sample } from '@nephometer/sample';
import { querySamples } from './sample-query.ts';
import type { SampleQuery } from './sample-query.ts';
import { checkSchema } from './schema.ts';
import { sqliteError } from './sqlite-error.ts';

/** Reads samples of a store beside whoever writes it; blocks. Throws a `PublisherError`. */
export function readStore(path: string, query: SampleQuery): readonly Sample[] {
  let database: DatabaseSync | undefined;
  try {
    database = new DatabaseSync(path, { readOnly: true });
    database.exec('PRAGMA busy_timeout = 5000');
    checkSchema(database, path);
    return querySamples(database, query);
  } catch (error) {
    throw sqliteError(error, path);
  } finally {
    database?.close();
  }
}
