import type { PostgresqlConnection } from './postgresql-connection.ts';
import { isServerError } from './postgresql-error.ts';

/**
 * Does something in a transaction, whose statements the server ends after a time, in milliseconds. All that is set is set for the
 * transaction only, so that it works through a pooler that gives each transaction another session.
 */
export async function transaction<T>(
  connection: PostgresqlConnection,
  timeoutMs: number,
  work: () => Promise<T>,
): Promise<T> {
  const timeout = Math.ceil(timeoutMs);
  await connection.query(
    `BEGIN; SET LOCAL statement_timeout = ${timeout}; SET LOCAL idle_in_transaction_session_timeout = ${timeout};
     SET LOCAL client_min_messages = warning`,
  );
  try {
    const result = await work();
    await connection.query('COMMIT');
    return result;
  } catch (error) {
    // Whatever else fails fails with the connection, and so does this.
    if (isServerError(error) && connection.isOpen) await connection.query('ROLLBACK');
    else connection.destroy();
    throw error;
  }
}
