import assert from 'node:assert/strict';
import type { Publisher } from '@nephometer/plugin';
import { exampleSettings } from '../example.ts';
import { sqlitePublisherFactory } from './sqlite-publisher.ts';

// What the specs of this folder share.

/** The publisher to a file; it is closed with its scope. */
export function openPublisher(path: string, options = ''): Publisher & AsyncDisposable {
  const url = `sqlite://${path}${options}`;
  assert.deepEqual(sqlitePublisherFactory.validate(url), []);
  const publisher = sqlitePublisherFactory.create(url, exampleSettings());
  return { ...publisher, [Symbol.asyncDispose]: () => publisher.close() };
}

/** All rows of the view, as who runs the SQL reads them: keys are the names of the columns. Volumes are exact. */
export async function readViewWith(ask: (sql: string) => Promise<string>): Promise<readonly unknown[]> {
  const exact = (column: string): string => `iif(${column} IS NULL, NULL, json(printf('%!.20g', ${column})))`;
  const text = await ask(
    `SELECT json_object('name', name, 'type', type, 'unit', unit, 'volume', ${exact('volume')}, 'user_id', user_id,
       'user_name', user_name, 'project_id', project_id, 'project_name', project_name, 'resource_id', resource_id,
       'timestamp', timestamp, 'resource_metadata', json(resource_metadata), 'source', source, 'id', id,
       'monotonic_time', ${exact('monotonic_time')})
     FROM samples ORDER BY time, id;`,
  );
  return text === '' ? [] : text.split('\n').map((line) => JSON.parse(line) as unknown);
}
