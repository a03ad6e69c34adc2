import { QueueError } from '../queue-error.ts';
import type { QueueErrorCode } from '../queue-error.ts';
import { diskFullMessage, freeBytes } from './room.ts';

/** Primary result codes of SQLite, https://sqlite.org/rescode.html, and what they mean here. */
const bySqlite: Readonly<Record<number, QueueErrorCode>> = {
  3: 'cannot_open', // PERM
  5: 'locked', // BUSY
  6: 'locked', // LOCKED
  7: 'io', // NOMEM
  8: 'cannot_open', // READONLY
  10: 'io', // IOERR
  11: 'damaged', // CORRUPT
  13: 'disk_full', // FULL
  14: 'cannot_open', // CANTOPEN
  15: 'locked', // PROTOCOL
  26: 'damaged', // NOTADB
};

/** Errors of the system calls that move and make files. */
const bySystem: Readonly<Record<string, QueueErrorCode>> = {
  ENOSPC: 'disk_full',
  EDQUOT: 'disk_full',
  EACCES: 'cannot_open',
  EPERM: 'cannot_open',
  EROFS: 'cannot_open',
  ENOENT: 'cannot_open',
  ENOTDIR: 'cannot_open',
  EISDIR: 'cannot_open',
  EEXIST: 'cannot_open',
};

const advice: Partial<Readonly<Record<QueueErrorCode, string>>> = {
  cannot_open: 'check that the path is right and that this user may write there',
  io: 'check the disk',
  locked: 'another process has it open',
};

/** An error of SQLite or of the file system, as ours. One that is neither is a bug of ours, and comes back as it is. */
export function convertError(error: unknown, path: string): unknown {
  if (error instanceof QueueError || !(error instanceof Error)) return error;
  const code = codeOf(error, path);
  if (code === undefined) return error;
  if (code === 'disk_full') return new QueueError(code, diskFullMessage(path), { path, cause: error });
  const hint = advice[code];
  return new QueueError(code, `${path}: ${error.message}${hint === undefined ? '' : `: ${hint}`}`, {
    path,
    cause: error,
  });
}

function codeOf(error: Error, path: string): QueueErrorCode | undefined {
  const { errcode, code } = error as { readonly errcode?: unknown; readonly code?: unknown };
  if (typeof errcode === 'number') {
    const converted = bySqlite[errcode & 0xff];
    // The index of the write-ahead log, a new file or a journal that does not fit is no FULL to SQLite.
    return (converted === 'io' || converted === 'cannot_open') && freeBytes(path) === 0 ? 'disk_full' : converted;
  }
  if (typeof code !== 'string' || !('syscall' in error)) return undefined;
  return bySystem[code] ?? 'io';
}
