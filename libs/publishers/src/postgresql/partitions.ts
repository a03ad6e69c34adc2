import { harmlessText } from '../harmless-text.ts';
import { dayUs } from '../sql/used-until.ts';
import type { PostgresqlConnection } from './postgresql-connection.ts';
import { isServerError } from './postgresql-error.ts';
import type { ServerError } from './postgresql-error.ts';
import type { PostgresqlOptions } from './postgresql-options.ts';
import { lockSchema } from './schema.ts';
import { transaction } from './transaction.ts';

/** The partitions of the samples: one for each day, in UTC. */
export interface Partitions {
  /**
   * Samples from before this time are not kept any more, in microseconds since 1970, by the clock of the server; 0 if all are kept.
   * It is the beginning of a day, and known after {@link look}.
   */
  readonly oldestUs: number;
  /**
   * Once in a while: looks what is there, makes partitions for the next days and drops those that are too old. Those that cannot be
   * dropped hold no samples up: they stay, with a warning.
   */
  look(connection: PostgresqlConnection): Promise<void>;
  /** Makes the partitions of these times that are missing. */
  ensure(connection: PostgresqlConnection, timesUs: Iterable<number>): Promise<void>;
  /** Somebody else dropped one: look again. */
  forget(): void;
}

/** Days for which there are partitions beforehand, today among them. */
const daysAhead = 4;

const lookAgainMs = 3_600_000;

/** If somebody had a partition locked that should have gone. */
const lookSoonerMs = 300_000;

/** Who waits for a lock on all samples holds up everybody who reads them. */
const dropLockMs = 300;

/** SQLSTATE of a drop whose table somebody uses. */
const lockNotAvailable = '55P03';

/** In a row: after so many looks a lock is no coincidence. */
const lockedLooks = 3;

/**
 * Partitions of one schema; nothing is known yet.
 *
 * @param warn told once what keeps old partitions from being dropped, and again when that changes
 */
export function createPartitions(
  { schema, retentionMs, timeoutMs }: PostgresqlOptions,
  warn: (message: string) => void,
): Partitions {
  let days = new Set<number>();
  let oldestDay = 0;
  let lookAtMs = 0;
  let locked = 0;
  let lastWarning = '';

  async function findDays(connection: PostgresqlConnection): Promise<Set<number>> {
    const rows = await connection.query(
      `SELECT relname FROM pg_inherits JOIN pg_class ON pg_class.oid = inhrelid WHERE inhparent = $1::regclass`,
      [`${schema}.sample`],
    );
    return new Set(rows.flatMap(({ relname }) => dayOfName(String(relname)) ?? []));
  }

  async function create(connection: PostgresqlConnection, wanted: readonly number[]): Promise<void> {
    if (wanted.every((day) => days.has(day))) return;
    await transaction(connection, timeoutMs, async () => {
      await lockSchema(connection, schema);
      days = await findDays(connection);
      for (const day of new Set(wanted)) {
        if (days.has(day)) continue;
        const name = `${schema}.${nameOfDay(day)}`;
        // Made first and attached then: `PARTITION OF` waits for everybody who reads samples, and lets nobody in meanwhile.
        await connection.query(
          `CREATE TABLE ${name} (LIKE ${schema}.sample INCLUDING ALL);
           ALTER TABLE ${schema}.sample ATTACH PARTITION ${name}
             FOR VALUES FROM ('${dateOf(day)} 00:00+00') TO ('${dateOf(day + 1)} 00:00+00')`,
        );
      }
    });
    for (const day of wanted) days.add(day);
  }

  /** Whether all that should go went. */
  async function dropOld(connection: PostgresqlConnection): Promise<boolean> {
    const old = [...days].filter((day) => day < oldestDay).sort((one, other) => one - other);
    const problems: string[] = [];
    for (const day of old) {
      const fault = await faultOf(connection, () => drop(connection, day));
      if (fault === undefined) continue;
      if (fault.code === lockNotAvailable) {
        locked += 1;
        if (locked >= lockedLooks) tell(`${nameOfDay(day)} is always in use; end what reads it for so long`);
        return false;
      }
      // Somebody's own view, for example: theirs to decide.
      problems.push(`${nameOfDay(day)}: ${harmlessText(fault.message)} (${fault.code})`);
    }
    locked = 0;
    if (old.length > 0 && problems.length === 0) {
      const fault = await faultOf(connection, () => dropUnused(connection));
      if (fault) problems.push(`what nobody refers to: ${harmlessText(fault.message)} (${fault.code})`);
    }
    const [first = ''] = problems;
    tell(problems.length > 1 ? `${first}; and ${problems.length - 1} more like this` : first);
    return problems.length === 0;
  }

  function tell(problem: string): void {
    if (problem === lastWarning) return;
    lastWarning = problem;
    if (problem !== '') warn(`samples beyond the retention stay in the schema ${schema}: ${problem}`);
  }

  async function drop(connection: PostgresqlConnection, day: number): Promise<void> {
    await transaction(connection, timeoutMs, async () => {
      await connection.query(
        `SET LOCAL lock_timeout = ${dropLockMs}; DROP TABLE IF EXISTS ${schema}.${nameOfDay(day)}`,
      );
    });
    days.delete(day);
  }

  /** No sample of these is left: all are from before their `used_until`. */
  async function dropUnused(connection: PostgresqlConnection): Promise<void> {
    await transaction(connection, timeoutMs, async () => {
      await connection.query(`DELETE FROM ${schema}.resource WHERE used_until <= $1`, [
        `${dateOf(oldestDay)} 00:00+00`,
      ]);
      await connection.query(
        `DELETE FROM ${schema}.metadata
         WHERE NOT EXISTS (SELECT FROM ${schema}.resource WHERE resource.metadata = metadata.id)`,
      );
    });
  }

  return {
    get oldestUs() {
      return oldestDay * dayUs;
    },
    async look(connection) {
      if (performance.now() < lookAtMs) return;
      const [row] = await connection.query('SELECT floor(extract(epoch FROM now()) * 1000)::float8 AS now_ms');
      const nowMs = Number(row?.['now_ms']);
      const today = Math.floor((nowMs * 1000) / dayUs);
      if (retentionMs !== undefined) oldestDay = Math.max(0, Math.floor(((nowMs - retentionMs) * 1000) / dayUs));
      days = await findDays(connection);
      await create(
        connection,
        Array.from({ length: daysAhead }, (_, index) => today + index),
      );
      const isClean = await dropOld(connection);
      lookAtMs = performance.now() + (isClean ? lookAgainMs : lookSoonerMs);
    },
    async ensure(connection, timesUs) {
      const wanted = new Set<number>();
      for (const timeUs of timesUs) wanted.add(Math.floor(timeUs / dayUs));
      await create(connection, [...wanted]);
    },
    forget() {
      days = new Set();
      lookAtMs = 0;
    },
  };
}

/** What the server has against something; `undefined` if nothing. Anything else that fails fails. */
async function faultOf(connection: PostgresqlConnection, work: () => Promise<void>): Promise<ServerError | undefined> {
  try {
    await work();
    return undefined;
  } catch (error) {
    // A server that ends says so as well.
    if (!isServerError(error) || !connection.isOpen) throw error;
    return error;
  }
}

/** `2026-01-02`. */
function dateOf(day: number): string {
  return new Date((day * dayUs) / 1000).toISOString().slice(0, 10);
}

function nameOfDay(day: number): string {
  return `sample_${dateOf(day).replaceAll('-', '')}`;
}

/** `undefined` for a partition that is none of ours. */
function dayOfName(name: string): number | undefined {
  const [, year, month, date] = /^sample_(\d{4})(\d\d)(\d\d)$/.exec(name) ?? [];
  return year === undefined ? undefined : (Date.parse(`${year}-${month}-${date}T00:00:00Z`) * 1000) / dayUs;
}
