import { existsSync } from 'node:fs';
import type { DatabaseSync } from 'node:sqlite';
import { holdLock } from '../lock.ts';
import type { Lock } from '../lock.ts';
import { QueueError } from '../queue-error.ts';
import type {
  CommitResult,
  QueueCommit,
  QueueQuery,
  QueueRow,
  QueueState,
  RepairListener,
  RepairReport,
} from '../queue.ts';
import { createFile, finishRepair, repairFile } from '../repair/repair-file.ts';
import type { Repaired } from '../repair/repair-file.ts';
import { applyCommit } from './commit.ts';
import { convertError } from './convert-error.ts';
import { openFile } from './open-file.ts';
import type { OpenFile } from './open-file.ts';
import { shrink } from './shrink.ts';
import { getRow } from './stored-rows.ts';
import { stateOf } from './state-of.ts';

/**
 * The file of one queue, used by one thread; calls block. A file that turns out to be damaged is repaired in passing, and the
 * call then goes on; one that is no longer what it was is closed, and opened again at the next call.
 */
export class QueueFile {
  readonly path: string;
  readonly #onRepair: RepairListener;
  readonly #lock: Lock;
  #file: OpenFile | undefined;
  // Higher than that of any row, also of commits that did not go through: their rows may be somewhere in the file.
  #revision = 0;
  #isClosed = false;

  /** Makes the file if there is none, and takes it for this process. */
  constructor(path: string, onRepair: RepairListener) {
    this.path = path;
    this.#onRepair = onRepair;
    this.#lock = holdLock(`${path}.lock`);
    try {
      this.#use(() => undefined);
    } catch (error) {
      this.#lock.release();
      throw error;
    }
  }

  get state(): QueueState {
    return this.#use((file) => stateOf(file, this.path));
  }

  commit(commit: QueueCommit): CommitResult {
    return this.#use((file) => {
      checkCommit(commit, file.tally.lastSeq);
      this.#revision = Math.max(this.#revision, file.revision) + 1;
      const revision = this.#revision;
      // Nothing that can fail comes after the end of the transaction: it would be told as a failure of the commit.
      const [next, result] = inTransaction(file.database, () => {
        const { tally, dropped } = applyCommit(file, this.path, commit, revision);
        const after: OpenFile = { ...file, tally, revision };
        return [after, { dropped, state: stateOf(after, this.path) }] as const;
      });
      this.#file = next;
      return result;
    });
  }

  read({ afterSeq, maxBytes, maxRows }: QueueQuery): readonly QueueRow[] {
    return this.#use((file) => {
      const rows: QueueRow[] = [];
      let bytes = 0;
      for (let last = afterSeq; rows.length < maxRows;) {
        const row = getRow(file.statements.after, last, this.path);
        if (row === undefined) break;
        bytes += row.payload.byteLength;
        if (rows.length > 0 && bytes > maxBytes) break;
        rows.push({ seq: row.seq, items: row.items, atMs: row.atMs, payload: row.payload });
        last = row.seq;
      }
      return rows;
    });
  }

  /** Gives a piece of what is no longer needed back to the file system. To be called between commits. */
  tidy(): void {
    this.#use(({ database }) => shrink(database));
  }

  /** Safe twice. */
  close(): void {
    if (this.#isClosed) return;
    this.#isClosed = true;
    this.#letGo();
    this.#lock.release();
  }

  #use<T>(work: (file: OpenFile) => T): T {
    if (this.#isClosed) throw new QueueError('closed', `${this.path} is closed`, { path: this.path });
    try {
      return this.#attempt(work);
    } catch (error) {
      if (!(error instanceof QueueError) || error.code !== 'damaged') throw error;
      this.#repair(error.message);
      return this.#attempt(work);
    }
  }

  #attempt<T>(work: (file: OpenFile) => T): T {
    try {
      this.#file ??= this.#open();
      return work(this.#file);
    } catch (error) {
      const converted = convertError(error, this.path);
      // After a write that failed, the handle knows where the log is good, and the next commit writes over the rest. A new one would
      // read the log anew, and might find a commit that was told to have failed.
      const isUsable = !(converted instanceof QueueError) || ['disk_full', 'io'].includes(converted.code);
      if (!isUsable || this.#file?.database.isTransaction === true) this.#letGo();
      throw converted;
    }
  }

  #open(): OpenFile {
    const damagedPath = finishRepair(this.path);
    if (!existsSync(this.path) && !existsSync(`${this.path}-wal`)) createFile(this.path);
    const file = openFile(this.path);
    if (damagedPath !== undefined && existsSync(damagedPath)) {
      this.#report('a repair was interrupted', { damagedPath, tally: file.tally, lostItems: undefined }, file);
    }
    return file;
  }

  #repair(reason: string): void {
    try {
      const repaired = repairFile(this.path);
      this.#file = openFile(this.path);
      this.#report(reason, repaired, this.#file);
    } catch (error) {
      throw convertError(error, this.path);
    }
  }

  #report(reason: string, { damagedPath, tally, lostItems }: Repaired, file: OpenFile): void {
    const report: RepairReport = {
      reason,
      damagedPath,
      keptRows: tally.rows,
      keptItems: tally.items,
      lostItems,
      state: stateOf(file, this.path),
    };
    this.#onRepair(report);
  }

  #letGo(): void {
    const file = this.#file;
    this.#file = undefined;
    try {
      file?.database.close();
    } catch {
      // What is committed is in the log, and the next one to open the file reads it.
    }
  }
}

function inTransaction<T>(database: DatabaseSync, work: () => T): T {
  database.exec('BEGIN IMMEDIATE');
  try {
    const result = work();
    database.exec('COMMIT');
    return result;
  } catch (error) {
    // SQLite has undone it by itself where it could not go on.
    if (database.isTransaction) database.exec('ROLLBACK');
    throw error;
  }
}

/** What would make the file wrong for good is a bug of the caller's. */
function checkCommit({ appends, counts }: QueueCommit, lastSeq: number): void {
  for (const [name, count] of Object.entries(counts)) {
    if (!Number.isSafeInteger(count)) throw new RangeError(`${name} cannot be counted by ${count}`);
  }
  let last = lastSeq;
  for (const { seq, items, atMs } of appends) {
    if (!Number.isFinite(atMs)) throw new RangeError(`row ${seq} is from ${atMs}`);
    if (!Number.isSafeInteger(seq) || seq <= last) throw new RangeError(`seq ${seq} does not come after ${last}`);
    if (!Number.isSafeInteger(items) || items < 0) throw new RangeError(`row ${seq} has ${items} items`);
    last = seq;
  }
}
