import assert from 'node:assert/strict';
import type { Publisher, PublisherSettings } from '@nephometer/plugin';
import type { Sample } from '@nephometer/sample';
import { exampleSettings } from '../example.ts';
import { sampleDict } from '../sample-dict.ts';
import { postgresqlPublisherFactory } from './postgresql-publisher.ts';

// What the specs of this folder share.

/** The publisher of a URL; it is closed with its scope. */
export function openPublisher(url: string, different: Partial<PublisherSettings> = {}): Publisher & AsyncDisposable {
  assert.deepEqual(postgresqlPublisherFactory.validate(url), []);
  const publisher = postgresqlPublisherFactory.create(url, exampleSettings(different));
  return { ...publisher, [Symbol.asyncDispose]: () => publisher.close() };
}

/** All rows of the view, as psql reads them: keys are the names of the columns. */
export async function readView(
  postgres: { psql(sql: string): Promise<string> },
  schema = 'nephometer',
): Promise<readonly unknown[]> {
  const text = await postgres.psql(
    `SET timezone = 'UTC'; SELECT row_to_json(samples) FROM ${schema}.samples ORDER BY timestamp, id`,
  );
  return text === '' ? [] : text.split('\n').map((line) => JSON.parse(line) as unknown);
}

/** A sample as Ceilometer's `as_dict` has it, in order, the time as PostgreSQL writes it: what a row of the view must be. */
export function asDict(sample: Sample): Readonly<Record<string, unknown>> {
  return { ...sampleDict(sample), timestamp: `${sample.timestamp.replace(/(\.\d*?)0+$/, '$1')}+00:00` };
}

/** In the order of {@link readView}. */
export function inOrder(cycles: readonly (readonly Sample[])[]): readonly Sample[] {
  return cycles.flatMap((samples) => samples.toSorted((one, other) => (one.id < other.id ? -1 : 1)));
}
