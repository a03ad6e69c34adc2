import type { Clock } from '@nephometer/abortable';
import type { DroppedRow, DurableQueue, QueueLimits } from '@nephometer/durable-queue';
import { packSamples } from '@nephometer/sample';
import type { Counts } from './ledger.ts';
import type { Row } from './row.ts';

/** What a {@link StoreWriter} tells whom it writes for. */
export interface StoreWriterInput {
  readonly queue: Pick<DurableQueue, 'commit' | 'path'>;
  readonly clock: Clock;
  /** What the queue may hold at the moment of a commit. */
  readonly limits: () => QueueLimits;
  /** These rows are on the disk now. */
  readonly onStored: (rows: readonly Row[]) => void;
  /** The store threw these away to keep its limits. */
  readonly onDropped: (rows: readonly DroppedRow[]) => void;
  /** Nothing could be written, and it is tried again; or the disk has not answered for a while. */
  readonly onFailed: (error: unknown) => void;
}

/**
 * Brings to the disk what becomes of rows, in order and in few transactions: whatever comes up while one is under way goes
 * with the next. A row that is done before its turn has come is never written; its numbers are.
 */
export interface StoreWriter {
  /** A new row, to be stored. */
  append(row: Row): void;
  /** A row of which nothing is open any more. */
  remove(row: Row): void;
  /** Numbers that belong to no row. */
  count(counts: Counts): void;
  /** Whether the last attempt to write failed, or takes far too long. */
  readonly isFailing: boolean;
  /** Writes even if there is nothing new, so that limits of time are kept. */
  touch(): void;
  /** Tries once more to write what there is. Resolves when nothing is under way; rejects with what went wrong. */
  finish(): Promise<void>;
}

/** How long a store is left alone that could not be written, in ms. */
const RETRY_MS = 1000;
/** A disk that takes longer than this for a commit hangs, in ms; what comes meanwhile must not fill the memory. */
const STALL_MS = 10_000;

/** Nothing to write yet. */
export function createStoreWriter(input: StoreWriterInput): StoreWriter {
  const { queue, clock, limits, onStored, onDropped, onFailed } = input;
  const life = new AbortController();
  let fresh = new Set<Row>();
  let removes: number[] = [];
  let counts: Record<string, number> = {};
  let isTouched = false;
  let isFailing = false;
  let running: Promise<void> | undefined;
  /** Of the commit that is under way. */
  let startedMs: number | undefined;

  const isStalled = (): boolean => startedMs !== undefined && clock.now() - startedMs > STALL_MS;

  function add(more: Counts): void {
    for (const [name, number] of Object.entries(more)) counts[name] = (counts[name] ?? 0) + number;
  }

  /** What has come up goes into a commit, and comes back if that fails. */
  async function commit(): Promise<void> {
    const rows = [...fresh];
    const taken = { removes, counts };
    [fresh, removes, counts, isTouched] = [new Set(), [], {}, false];
    for (const row of rows) row.state = 'writing';
    const polled = rows.reduce((sum, { samples }) => sum + samples.length, 0);
    startedMs = clock.now();
    try {
      const appends = rows.map(({ seq, samples, atMs }) => ({
        seq,
        items: samples.length,
        atMs,
        payload: packSamples(samples),
      }));
      const { dropped } = await queue.commit({
        appends,
        removes: taken.removes,
        counts: polled === 0 ? taken.counts : { ...taken.counts, polled: (taken.counts['polled'] ?? 0) + polled },
        limits: limits(),
      });
      isFailing = false;
      for (const row of rows) settleStored(row);
      onStored(rows);
      onDropped(dropped);
    } catch (error) {
      for (const row of rows) takeBack(row);
      fresh = new Set([...rows.filter(({ open }) => open > 0), ...fresh]);
      removes = [...taken.removes, ...removes];
      add(taken.counts);
      isFailing = true;
      onFailed(error);
    } finally {
      startedMs = undefined;
    }
  }

  function settleStored(row: Row): void {
    row.state = 'stored';
    // It was done while it was written.
    if (row.open === 0) remove(row);
  }

  function takeBack(row: Row): void {
    row.state = 'new';
    if (row.open === 0) forget(row);
  }

  /** A row that was never written: what it came to is told with its coming. */
  function forget(row: Row): void {
    add({ polled: row.samples.length, ...Object.fromEntries(row.outcomes) });
  }

  function remove(row: Row): void {
    if (row.state === 'writing') return;
    if (row.state === 'new') {
      fresh.delete(row);
      forget(row);
    } else {
      if (row.state === 'stored') removes.push(row.seq);
      add(Object.fromEntries(row.outcomes));
    }
    wake();
  }

  const hasWork = (): boolean => isTouched || removes.length > 0 || Object.keys(counts).length > 0 || fresh.size > 0;

  async function work(): Promise<void> {
    while (hasWork()) {
      await commit();
      if (!isFailing) continue;
      if (life.signal.aborted) break;
      await clock.sleep(RETRY_MS, life.signal).catch(() => undefined);
    }
    running = undefined;
  }

  function wake(): void {
    // In the next turn, so that what comes up at once goes together.
    running ??= Promise.resolve().then(work);
  }

  return {
    append(row) {
      fresh.add(row);
      if (isStalled()) onFailed(new Error(`${queue.path}: the disk has not answered for ${STALL_MS / 1000} s`));
      wake();
    },
    remove,
    count(more) {
      add(more);
      wake();
    },
    get isFailing() {
      return isFailing || isStalled();
    },
    touch() {
      isTouched = true;
      wake();
    },
    async finish() {
      life.abort();
      await running;
      if (hasWork()) await commit();
      if (isFailing) throw new Error('the queue could not be written to the end');
    },
  };
}
