import type { QueueState } from '../queue.ts';
import type { OpenFile } from './open-file.ts';
import { getHead } from './stored-rows.ts';

/** The state of a queue as its owner sees it. */
export function stateOf({ tally, statements }: Pick<OpenFile, 'tally' | 'statements'>, path: string): QueueState {
  const first = getHead(statements.headAfter, 0, path);
  return {
    lastSeq: tally.lastSeq,
    firstSeq: first?.seq,
    rows: tally.rows,
    items: tally.items,
    bytes: tally.bytes,
    oldestAtMs: first?.atMs,
    counts: Object.fromEntries(tally.counts),
  };
}
