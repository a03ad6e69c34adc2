import { raceAbort, withDeadline } from '@nephometer/abortable';
import type { Publisher, PublisherFactory, PublisherSettings } from '@nephometer/plugin';
import type { Sample } from '@nephometer/sample';
import { harmlessText } from '../harmless-text.ts';
import { PublisherError } from '../publisher-error.ts';
import { createRefusals } from '../refusals.ts';
import type { Refusals } from '../refusals.ts';
import { createSampleRows } from '../sql/sample-row.ts';
import type { SampleRow } from '../sql/sample-row.ts';
import { createPartitions } from './partitions.ts';
import { connectPostgresql } from './postgresql-connection.ts';
import type { PostgresqlConnection } from './postgresql-connection.ts';
import { isRowFault, postgresqlError } from './postgresql-error.ts';
import { parsePostgresqlUrl, targetName } from './postgresql-options.ts';
import type { PostgresqlOptions } from './postgresql-options.ts';
import { createReferences } from './references.ts';
import { ensureSchema } from './schema.ts';
import { writeRows } from './write-rows.ts';

/** Once the connection is given up anyway. */
const closePatienceMs = 5_000;

/** Writes samples into tables. Calls that overlap take turns on the one connection. */
function createPostgresqlPublisher(options: PostgresqlOptions, { warn }: Pick<PublisherSettings, 'warn'>): Publisher {
  const { schema, timeoutMs } = options;
  const rowsOf = createSampleRows();
  const partitions = createPartitions(options, warn);
  const references = createReferences(schema);
  let connection: PostgresqlConnection | undefined;
  let isClosed = false;
  let turn: Promise<unknown> = Promise.resolve();

  const closedError = (): PublisherError =>
    new PublisherError('closed', `the publisher to ${targetName(options)} is closed`);

  /** Each part of the work has this long; who gives up on it gives up the connection, which may be in the middle of anything. */
  const bounded = <T>(signal: AbortSignal, work: (ending: AbortSignal) => Promise<T>): Promise<T> =>
    withDeadline(signal, timeoutMs, (ending) => raceAbort(work(ending), ending));

  async function ready(signal: AbortSignal): Promise<PostgresqlConnection> {
    if (connection?.isOpen) return connection;
    connection = undefined;
    const opened = await bounded(signal, (ending) => connectPostgresql(options, ending));
    if (isClosed) {
      opened.destroy();
      throw closedError();
    }
    connection = opened;
    // Whoever it is that answers now: a restored backup may not have what we remember.
    references.forget();
    partitions.forget();
    await bounded(signal, () => ensureSchema(opened, options));
    return opened;
  }

  async function publish(samples: readonly Sample[], signal: AbortSignal): Promise<Refusals> {
    const refusals = createRefusals();
    const open = await ready(signal);
    await bounded(signal, () => partitions.look(open));
    const rows = rowsOf.of(samples, partitions.oldestUs, refusals);
    await bounded(signal, () => partitions.ensure(open, new Set(rows.map(({ timeUs }) => timeUs))));
    await write(open, rows, refusals, signal);
    return refusals;
  }

  /** What the server does not take is cut in two until the row that is to blame stands alone: it is refused. */
  async function write(
    open: PostgresqlConnection,
    rows: readonly SampleRow[],
    refusals: Refusals,
    signal: AbortSignal,
  ): Promise<void> {
    if (rows.length === 0) return;
    try {
      await bounded(signal, () => writeRows(open, rows, { schema, timeoutMs, references }));
    } catch (error) {
      signal.throwIfAborted();
      if (!isRowFault(error)) throw error;
      if (rows.length === 1) {
        refusals.add(`the database does not take it: ${harmlessText(error.message)} (${error.code})`);
        return;
      }
      const half = Math.ceil(rows.length / 2);
      await write(open, rows.slice(0, half), refusals, signal);
      await write(open, rows.slice(half), refusals, signal);
    }
  }

  /** The connection is one, and a transaction on it is not to be mixed with another. */
  function inTurn<T>(work: () => Promise<T>): Promise<T> {
    const result = turn.then(work);
    turn = result.catch(() => undefined);
    return result;
  }

  return {
    publish: (samples, signal) =>
      inTurn(async () => {
        signal.throwIfAborted();
        if (isClosed) throw closedError();
        try {
          return (await publish(samples, signal)).list();
        } catch (error) {
          connection?.destroy();
          connection = undefined;
          signal.throwIfAborted();
          if (isClosed) throw closedError();
          throw postgresqlError(options, error);
        }
      }),
    async close() {
      isClosed = true;
      const closing = connection;
      connection = undefined;
      if (!closing) return;
      const { signal } = new AbortController();
      await withDeadline(signal, closePatienceMs, (ending) => raceAbort(closing.end(), ending)).catch(() => undefined);
      closing.destroy();
    },
  };
}

/** `postgresql://[user[:password]@]host[:5432]/database[?options]` */
export const postgresqlPublisherFactory: PublisherFactory = {
  scheme: 'postgresql',
  validate(url) {
    const parsed = parsePostgresqlUrl(url);
    return parsed.ok ? [] : parsed.problems;
  },
  create(url, settings) {
    const parsed = parsePostgresqlUrl(url);
    if (!parsed.ok) {
      throw new PublisherError('bad_url', `the URL is no database of PostgreSQL: ${parsed.problems.join('; ')}`);
    }
    return createPostgresqlPublisher(parsed.options, settings);
  },
};
