import { bytesInMemory } from './row.ts';
import type { Row } from './row.ts';

/** The rows of a queue whose samples are in memory, by `seq`. */
export interface Window {
  readonly bytes: number;
  get(seq: number): Row | undefined;
  add(row: Row): void;
  /** Whether it was there. */
  delete(row: Row): boolean;
  /** In the order in which they were added. */
  rows(): IterableIterator<Row>;
}

/** No rows. */
export function createWindow(): Window {
  const rows = new Map<number, Row>();
  let bytes = 0;
  return {
    get bytes() {
      return bytes;
    },
    get: (seq) => rows.get(seq),
    add(row) {
      rows.set(row.seq, row);
      bytes += bytesInMemory(row);
    },
    delete(row) {
      if (!rows.delete(row.seq)) return false;
      bytes -= bytesInMemory(row);
      return true;
    },
    rows: () => rows.values(),
  };
}
