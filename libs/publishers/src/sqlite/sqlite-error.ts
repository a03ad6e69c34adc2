import { statfsSync } from 'node:fs';
import { dirname } from 'node:path';
import { PublisherError } from '../publisher-error.ts';
import type { PublisherErrorCode } from '../publisher-error.ts';

/** Primary result codes of SQLite (https://sqlite.org/rescode.html): what they are to us, and what to do about them. */
const verdicts: Readonly<Record<number, readonly [code: PublisherErrorCode, advice: string]>> = {
  3: ['open_failed', 'check that this user may read and write it'],
  5: ['target_failed', 'another process keeps it locked; end what has a transaction open there'],
  6: ['target_failed', 'another process keeps it locked; end what has a transaction open there'],
  8: ['open_failed', 'it is read-only for this user; check the rights of the file and of its directory'],
  10: ['write_failed', 'check the disk'],
  11: [
    'target_failed',
    'it is damaged; move it away, and get what is left out of it with the command .recover of sqlite3',
  ],
  13: ['write_failed', ''],
  14: ['open_failed', 'check that its directory exists and that this user may write there'],
  26: ['target_failed', 'it is no database of SQLite, or damaged; move it away, or name another file'],
};

const full = 13;

/** Those that one row is to blame for: TOOBIG, CONSTRAINT (a trigger or check that somebody added), MISMATCH. */
const rowFaults = [18, 19, 20];

/** The primary result code; `undefined` if it is no error of SQLite. */
function resultCode(error: unknown): number | undefined {
  const { errcode } = (error instanceof Error ? error : {}) as { readonly errcode?: unknown };
  return typeof errcode === 'number' ? errcode & 0xff : undefined;
}

/** Whether an insert failed because of its row, so that the others may still go in. */
export function isRowFault(error: unknown): error is Error {
  return rowFaults.includes(resultCode(error) ?? 0);
}

/** An error of SQLite as ours, a passing one: somebody may mend it while samples wait. Others come back as they are. */
export function sqliteError(error: unknown, path: string): unknown {
  const code = resultCode(error);
  if (code === undefined || !(error instanceof Error)) return error;
  // A new file, a log or its index that does not fit is no FULL to SQLite.
  if (code === full || ((code === 10 || code === 14) && freeBytes(path) === 0)) {
    const message = `${path}: the disk is full; make room on the file system of ${dirname(path)}`;
    return new PublisherError('write_failed', message, { cause: error });
  }
  const [kind, advice] = verdicts[code] ?? ['target_failed', 'it was not expected'];
  return new PublisherError(kind, `${path}: ${error.message}: ${advice}`, { cause: error });
}

function freeBytes(path: string): number | undefined {
  try {
    const { bavail, bsize } = statfsSync(dirname(path));
    return bavail * bsize;
  } catch {
    return undefined;
  }
}
