import { QueueError } from '../queue-error.ts';
import type { CommitResult, DroppedRow, QueueCommit, QueueRow } from '../queue.ts';
import { addCounts, encodeTally, settleDamaged } from './counters.ts';
import type { Tally } from './counters.ts';
import { widenGaps } from './gaps.ts';
import { diskFullMessage, freeBytes, KEPT_FREE_BYTES } from './room.ts';
import { PAGE_BYTES, pragma, put } from './schema.ts';
import type { OpenFile } from './open-file.ts';
import { getHead } from './stored-rows.ts';

/** What a commit made of the file, if its transaction goes through. */
export interface Committed {
  readonly tally: Tally;
  readonly dropped: CommitResult['dropped'];
}

/** Makes a change, inside a transaction that the caller has begun and ends. */
export function applyCommit(file: OpenFile, path: string, commit: QueueCommit, revision: number): Committed {
  checkRoom(file, path, commit);
  const change = new Change(file, path);
  for (const seq of commit.removes) change.remove(seq);
  const dropped = [...change.dropOld(commit), ...change.append(commit, revision)];
  const counts = addCounts(file.tally.counts, [
    ...Object.entries(commit.counts),
    ...dropped.map(({ reason, items }) => [reason, items] as const),
  ]);
  const { sums } = change;
  const lowSeq = getHead(file.statements.headAfter, 0, path)?.seq ?? sums.lastSeq + 1;
  const gaps = widenGaps(file.tally.gaps, change.removed, lowSeq);
  const tally: Tally = { ...sums, gaps, counts: settleDamaged(counts, sums.items) };
  put(file.statements.putState, {
    seq: 0,
    revision,
    lowSeq,
    items: tally.items,
    atMs: commit.appends.at(-1)?.atMs ?? 0,
    payload: encodeTally(tally),
  });
  return { tally, dropped };
}

/** The rows and their sums while a commit changes them. */
class Change {
  readonly sums: { lastSeq: number; rows: number; items: number; bytes: number };
  readonly removed: number[] = [];
  readonly #file: OpenFile;
  readonly #path: string;

  constructor(file: OpenFile, path: string) {
    const { lastSeq, rows, items, bytes } = file.tally;
    this.sums = { lastSeq, rows, items, bytes };
    this.#file = file;
    this.#path = path;
  }

  remove(seq: number): void {
    const head = getHead(this.#file.statements.headAt, seq, this.#path);
    if (head === undefined) return;
    this.#file.statements.remove.run(seq);
    this.removed.push(seq);
    this.sums.rows -= 1;
    this.sums.items -= head.items;
    this.sums.bytes -= head.payloadBytes;
  }

  /** Drops rows of earlier commits, the oldest first, until those that stay and the new ones are within the limits. */
  *dropOld({ limits, appends }: QueueCommit): Iterable<DroppedRow> {
    const incoming = bytesOf(appends);
    const newest = appends.at(-1)?.seq ?? this.sums.lastSeq;
    for (;;) {
      const head = getHead(this.#file.statements.headAfter, limits.busyUpTo, this.#path);
      if (head === undefined) return;
      const reason = reasonToDrop(head, this.sums.bytes + incoming, { ...limits, newest });
      if (reason === undefined) return;
      this.remove(head.seq);
      yield { seq: head.seq, items: head.items, reason };
    }
  }

  /** Appends the new rows but for those beyond the limits: the first ones. */
  *append({ limits, appends }: QueueCommit, revision: number): Iterable<DroppedRow> {
    let incoming = bytesOf(appends);
    const newest = appends.at(-1)?.seq ?? 0;
    let lowSeq = getHead(this.#file.statements.headAfter, 0, this.#path)?.seq;
    for (const { seq, items, atMs, payload } of appends) {
      this.sums.lastSeq = seq;
      const bytes = this.sums.bytes + incoming;
      const reason = seq > limits.busyUpTo ? reasonToDrop({ seq, atMs }, bytes, { ...limits, newest }) : undefined;
      incoming -= payload.byteLength;
      if (reason !== undefined) {
        yield { seq, items, reason };
        continue;
      }
      lowSeq ??= seq;
      put(this.#file.statements.insert, { seq, revision, lowSeq, items, atMs: Math.floor(atMs), payload });
      this.sums.rows += 1;
      this.sums.items += items;
      this.sums.bytes += payload.byteLength;
    }
  }
}

/** Free pages of the file count: rows go there first. */
function checkRoom({ database }: OpenFile, path: string, { appends }: QueueCommit): void {
  const free = appends.length === 0 ? undefined : freeBytes(path);
  if (free === undefined) return;
  const reusable = Number(pragma(database, 'freelist_count')) * PAGE_BYTES;
  if (free + reusable >= bytesOf(appends) + KEPT_FREE_BYTES) return;
  throw new QueueError('disk_full', diskFullMessage(path), { path });
}

function bytesOf(rows: readonly QueueRow[]): number {
  return rows.reduce((sum, { payload }) => sum + payload.byteLength, 0);
}

function reasonToDrop(
  row: { readonly seq: number; readonly atMs: number },
  bytes: number,
  { oldestAtMs, maxBytes, newest }: QueueCommit['limits'] & { readonly newest: number },
): DroppedRow['reason'] | undefined {
  if (row.atMs < oldestAtMs) return 'too_old';
  return bytes > maxBytes && row.seq !== newest ? 'queue_full' : undefined;
}
