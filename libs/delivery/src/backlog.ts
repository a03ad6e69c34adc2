import type { Clock } from '@nephometer/abortable';
import type { DroppedRow, DurableQueue, QueueLimits } from '@nephometer/durable-queue';
import type { DeliveryOptions } from '@nephometer/plugin';
import { unpackSamples } from '@nephometer/sample';
import type { Sample } from '@nephometer/sample';
import type { DeliveryEvents } from './delivery-events.ts';
import { createGate } from './gate.ts';
import type { DropReason, Ledger, Outcome } from './ledger.ts';
import { createTally } from './ledger.ts';
import { createRow } from './row.ts';
import type { Batch, Row, Share } from './row.ts';
import { sampleBytes } from './sample-size.ts';
import { createStoreWriter } from './store-writer.ts';
import { createWindow } from './window.ts';

/** What a backlog is made of. */
export interface BacklogInput {
  /** The publisher's name in ledger and events. */
  readonly publisher: string;
  readonly options: DeliveryOptions;
  /** Where rows are stored; absent: they are in memory only. */
  readonly queue?: DurableQueue | undefined;
  readonly events: DeliveryEvents;
  readonly clock: Clock;
}

/** What waits for a publisher: in memory as far as there is room, and all of it on disk if there is a queue. */
export interface Backlog {
  /** Takes samples; those with an invalid volume are counted only. Never waits. */
  accept(samples: readonly Sample[]): void;
  /** Samples that wait and have not been taken. */
  readonly waiting: number;
  /** Resolves when at least so many samples wait. Rejects with the signal's reason. */
  untilWaiting(samples: number, signal: AbortSignal): Promise<void>;
  /** The oldest samples that have not been taken, at most so many and so large; none if none are left. Rejects if the disk cannot be read. */
  take(limits: { readonly samples: number; readonly bytes: number }): Promise<Batch>;
  /** Notes what became of samples that were taken. */
  settle(shares: readonly Share[], outcome: Outcome): void;
  /** Drops what has waited for too long. */
  expire(): void;
  ledger(): Ledger;
  /** Resolves when nothing waits and nothing that was taken is open. Rejects with the signal's reason. */
  untilEmpty(signal: AbortSignal): Promise<void>;
  /**
   * Writes what there is to write, and closes the queue; what is on no disk then is dropped. Nothing may be taken any more.
   * Rejects if the queue could not be written or closed.
   */
  close(): Promise<void>;
}

/** As much of a queue on disk is in memory as well, in bytes; and of what cannot be written, at most. */
const MEMORY_BYTES = 32 * 1024 * 1024;
/** What is read from the disk at once. */
const READ = { maxBytes: 1024 * 1024, maxRows: 256 } as const;

/** What the queue holds, or nothing. */
export function createBacklog({ publisher, options, queue, events, clock }: BacklogInput): Backlog {
  const tally = createTally(queue?.opened.counts);
  const gate = createGate();
  const window = createWindow();
  let nextSeq = (queue?.opened.lastSeq ?? 0) + 1;
  /** The next sample to be taken. */
  let cursor = { seq: queue?.opened.firstSeq ?? nextSeq, offset: 0 };
  /** Rows from the cursor on that are on the disk only. As long as there are any, what is stored does not stay in memory. */
  let rowsOnDisk = queue?.opened.rows ?? 0;
  let queued = queue?.opened.items ?? 0;
  let waiting = queued;
  let isOverflowing = false;
  let isStoring = true;

  const busyUpTo = (): number => (cursor.offset > 0 ? cursor.seq : cursor.seq - 1);
  const limits = (): QueueLimits => ({
    maxBytes: options.queueBytes,
    oldestAtMs: clock.now() - options.queueAgeMs,
    busyUpTo: busyUpTo(),
  });
  const writer = queue && createStoreWriter({ queue, clock, limits, onStored, onDropped, onFailed: onNotStored });

  function onNotStored(error: unknown): void {
    if (isStoring) events.notStored?.({ publisher, error });
    isStoring = false;
    keepLimits();
  }

  function onStored(rows: readonly Row[]): void {
    if (!isStoring) events.stored?.({ publisher });
    isStoring = true;
    for (const row of rows) {
      // What is being sent is needed here.
      if (row.seq <= busyUpTo() || (rowsOnDisk === 0 && window.bytes <= MEMORY_BYTES)) continue;
      if (window.delete(row)) rowsOnDisk += 1;
    }
  }

  /** The store has removed these, and counted them. */
  function onDropped(dropped: readonly DroppedRow[]): void {
    for (const { seq, items, reason } of dropped) {
      const row = window.get(seq);
      if (seq <= busyUpTo()) {
        // Taken in the meantime: what becomes of it is counted, and in the same commit what the store has counted is taken back.
        if (row) {
          row.state = 'gone';
          row.outcomes.set(reason, (row.outcomes.get(reason) ?? 0) - items);
        } else writer?.count({ [reason]: -items });
        continue;
      }
      if (row === undefined) rowsOnDisk -= 1;
      else window.delete(row);
      tally.add(reason, items);
      queued -= items;
      waiting -= items;
      tellOverflow(reason);
    }
    gate.look();
  }

  function tellOverflow(reason: DropReason): void {
    if (!isOverflowing) events.overflowing?.({ publisher, reason });
    isOverflowing = true;
  }

  function drop(row: Row, reason: DropReason): void {
    waiting -= row.open;
    settleRow(row, row.open, reason);
    tellOverflow(reason);
  }

  function settleRow(row: Row, count: number, outcome: Outcome): void {
    row.open -= count;
    row.outcomes.set(outcome, (row.outcomes.get(outcome) ?? 0) + count);
    tally.add(outcome, count);
    queued -= count;
    if (row.open > 0) return;
    window.delete(row);
    writer?.remove(row);
    if (queued === 0) isOverflowing = false;
  }

  /** Lets the oldest rows go that are in memory only, until the rest fits. */
  function keepLimits(): void {
    if (writer && !writer.isFailing) return;
    const { maxBytes, oldestAtMs } = limits();
    for (const row of window.rows()) {
      if (row.seq <= busyUpTo() || row.state !== 'new') continue;
      const isOld = row.atMs < oldestAtMs;
      // What came last stays, however large it is: a queue that is too small would deliver nothing, ever.
      const isNewest = row.seq === nextSeq - 1;
      if (!isOld && (isNewest || window.bytes <= (writer ? MEMORY_BYTES : maxBytes))) return;
      drop(row, isOld ? 'too_old' : writer ? 'not_stored' : 'queue_full');
    }
  }

  /** The row in which the next sample is; `undefined` if there is none. */
  async function nextRow(): Promise<Row | undefined> {
    while (cursor.seq < nextSeq) {
      const row = window.get(cursor.seq);
      if (row !== undefined) return row;
      if (rowsOnDisk > 0 && queue) await readOn(queue);
      // One that was dropped before it was taken.
      if (window.get(cursor.seq) === undefined) cursor = { seq: cursor.seq + 1, offset: 0 };
    }
    return undefined;
  }

  async function readOn(from: DurableQueue): Promise<void> {
    const found = await from.read({ afterSeq: cursor.seq - 1, ...READ });
    if (found.length === 0 && rowsOnDisk > 0)
      throw new Error(`${from.path}: ${rowsOnDisk} rows are not there any more`);
    for (const { seq, atMs, payload } of found) {
      // Read although it is in memory: the one that was looked for has been dropped in the meantime.
      if (window.get(seq) !== undefined) return;
      window.add(createRow({ seq, atMs, samples: unpackSamples(payload), state: 'stored' }));
      rowsOnDisk -= 1;
    }
  }

  return {
    accept(samples) {
      const valid = samples.filter(({ volume }) => Number.isFinite(volume));
      const invalid = samples.length - valid.length;
      tally.add('polled', samples.length);
      if (invalid > 0) {
        tally.add('invalid_volume', invalid);
        writer?.count({ polled: invalid, invalid_volume: invalid });
      }
      if (valid.length === 0) return;
      const row = createRow({ seq: nextSeq, samples: valid, atMs: clock.now(), state: 'new' });
      nextSeq += 1;
      queued += valid.length;
      waiting += valid.length;
      window.add(row);
      writer?.append(row);
      keepLimits();
      gate.look();
    },
    get waiting() {
      return waiting;
    },
    untilWaiting: (samples, signal) => gate.until(() => waiting >= samples, signal),
    async take({ samples: most, bytes: mostBytes }) {
      const samples: Sample[] = [];
      const shares: Share[] = [];
      let bytes = 0;
      for (;;) {
        const row = await nextRow().catch((error: unknown) => {
          // What was taken before goes; the next call tells what is wrong.
          if (samples.length === 0) throw error;
          return undefined;
        });
        if (row === undefined) break;
        const from = cursor.offset;
        let to = from;
        for (; to < row.samples.length && samples.length < most; to += 1) {
          const sample = row.samples[to] as Sample;
          bytes += sampleBytes(sample);
          if (bytes > mostBytes && samples.length > 0) break;
          samples.push(sample);
        }
        if (to > from) shares.push({ row, count: to - from });
        cursor = to === row.samples.length ? { seq: row.seq + 1, offset: 0 } : { seq: row.seq, offset: to };
        if (cursor.offset > 0 || samples.length >= most || bytes > mostBytes) break;
      }
      waiting -= samples.length;
      return { samples, shares };
    },
    settle(shares, outcome) {
      for (const { row, count } of shares) settleRow(row, count, outcome);
      gate.look();
    },
    expire() {
      if (writer) writer.touch();
      else keepLimits();
    },
    ledger: () => tally.ledger(publisher, queued),
    untilEmpty: (signal) => gate.until(() => queued === 0, signal),
    async close() {
      let failure: unknown;
      try {
        await writer?.finish();
      } catch (error) {
        failure = error;
      }
      for (const row of window.rows()) if (row.state === 'new') drop(row, 'closed');
      await queue?.close();
      if (failure !== undefined) throw failure as Error;
    },
  };
}
