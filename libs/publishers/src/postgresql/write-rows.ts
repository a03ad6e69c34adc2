import { formatTimestamp } from '@nephometer/sample';
import type { SampleRow } from '../sql/sample-row.ts';
import type { PostgresqlConnection } from './postgresql-connection.ts';
import type { FoundReferences, References } from './references.ts';
import { stagingTable } from './schema.ts';
import { transaction } from './transaction.ts';

const columns = 'time, volume, monotonic_time, resource, meter, id';

/** Where and how rows are written. */
export interface WriteSettings {
  readonly schema: string;
  readonly timeoutMs: number;
  readonly references: References;
}

/**
 * Writes rows in one transaction, all of them or none; those that are there already stay as they are. They are copied into a
 * temporary table and go on from there, since a copy itself knows no "unless it is there".
 */
export async function writeRows(
  connection: PostgresqlConnection,
  rows: readonly SampleRow[],
  { schema, timeoutMs, references }: WriteSettings,
): Promise<void> {
  const found = await transaction(connection, timeoutMs, async () => {
    const numbers = await references.find(connection, rows);
    await connection.query(
      `CREATE TEMPORARY TABLE IF NOT EXISTS ${stagingTable} (LIKE ${schema}.sample) ON COMMIT DELETE ROWS`,
    );
    await connection.copy(`COPY pg_temp.${stagingTable} (${columns}) FROM STDIN`, linesOf(rows, numbers));
    await connection.query(
      `INSERT INTO ${schema}.sample (${columns}) SELECT ${columns} FROM pg_temp.${stagingTable}
       ON CONFLICT (time, id) DO NOTHING`,
    );
    return numbers;
  });
  found.keep();
}

/** In the text format of COPY: numbers, times and ids, in which nothing needs an escape. */
function linesOf(rows: readonly SampleRow[], numbers: FoundReferences): Buffer {
  let lines = '';
  let lastUs = -1;
  let time = '';
  for (const { timeUs, volume, monotonicTime, resource, meter, id } of rows) {
    if (timeUs !== lastUs) {
      lastUs = timeUs;
      time = `${formatTimestamp(timeUs / 1000)}Z`;
    }
    lines += `${time}\t${volume}\t${monotonicTime ?? '\\N'}\t${numbers.resource(resource)}\t${numbers.meter(meter)}\t${id}\n`;
  }
  return Buffer.from(lines);
}
