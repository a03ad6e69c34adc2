import { closeSync, fstatSync, openSync, readSync } from 'node:fs';
import { PAGE_BYTES } from '../file/schema.ts';

// The write-ahead log of SQLite: https://sqlite.org/fileformat2.html#the_write_ahead_log
const HEADER_BYTES = 32;
const FRAME_HEADER_BYTES = 24;
const FRAME_BYTES = FRAME_HEADER_BYTES + PAGE_BYTES;
const MAGIC_LITTLE_ENDIAN = 0x377f0682;

/** A page in a log. */
export interface Frame {
  /** From 1. */
  readonly page: number;
  /** Where the page begins in the log. */
  readonly offset: number;
  /** Pages that the file has after the transaction that ends with this frame; 0 if it does not end here. */
  readonly pagesAfter: number;
}

/** What a log says. */
export interface Wal {
  /** Those that SQLite would apply, by transaction: what has been committed. */
  readonly committed: readonly Frame[];
  /** Those behind, of the same run of the log: an unfinished transaction, or what a damaged place cuts off. */
  readonly tail: readonly Frame[];
  /** Whether the tail has the end of a transaction, which a crash alone does not leave, or the header of the log is broken. */
  readonly isBroken: boolean;
}

const none: Wal = { committed: [], tail: [], isBroken: false };

/** Reads the log of a database. None at all, and an empty one, have no frames. */
export function readWal(path: string): Wal {
  const file = openIfThere(path);
  if (file === undefined) return none;
  try {
    return scanWal(file, fstatSync(file).size);
  } finally {
    closeSync(file);
  }
}

/** Opens a file for reading; `undefined` if there is none. */
export function openIfThere(path: string): number | undefined {
  try {
    return openSync(path, 'r');
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return undefined;
    throw error;
  }
}

function scanWal(file: number, size: number): Wal {
  const header = new DataView(new ArrayBuffer(HEADER_BYTES));
  if (readSync(file, header, 0, HEADER_BYTES, 0) < HEADER_BYTES) return none;
  const isLittleEndian = header.getUint32(0) === MAGIC_LITTLE_ENDIAN;
  const sum = new Checksum(isLittleEndian);
  sum.add(header, 0, 24);
  let isInOrder = sum.matches(header, 24);
  const hasHeader = isInOrder;
  const committed: Frame[] = [];
  let tail: Frame[] = [];
  const frame = new DataView(new ArrayBuffer(FRAME_BYTES));
  for (let offset = HEADER_BYTES; offset < size; offset += FRAME_BYTES) {
    const bytes = readSync(file, frame, 0, FRAME_BYTES, offset);
    if (bytes <= FRAME_HEADER_BYTES) break;
    const isFirstSalt = frame.getUint32(8) === header.getUint32(16);
    const isSecondSalt = frame.getUint32(12) === header.getUint32(20);
    sum.add(frame, 0, 8);
    sum.add(frame, FRAME_HEADER_BYTES, FRAME_BYTES);
    isInOrder &&= isFirstSalt && isSecondSalt && bytes === FRAME_BYTES && sum.matches(frame, 16);
    // Frames of an earlier run, which have long been written to the file, have two other salts.
    if (hasHeader && !isFirstSalt && !isSecondSalt) continue;
    // A write that failed, on a full disk for one, leaves a piece of a frame: no transaction ends with it.
    const pagesAfter = bytes === FRAME_BYTES ? frame.getUint32(4) : 0;
    tail.push({ page: frame.getUint32(0), offset: offset + FRAME_HEADER_BYTES, pagesAfter });
    if (isInOrder && pagesAfter !== 0) {
      for (const done of tail) committed.push(done);
      tail = [];
    }
  }
  return { committed, tail, isBroken: tail.length > 0 && (!hasHeader || tail.some((cut) => cut.pagesAfter !== 0)) };
}

/** The running checksum of a log. */
class Checksum {
  readonly #isLittleEndian: boolean;
  #first = 0;
  #second = 0;

  constructor(isLittleEndian: boolean) {
    this.#isLittleEndian = isLittleEndian;
  }

  add(bytes: DataView, start: number, end: number): void {
    for (let at = start; at < end; at += 8) {
      this.#first = (this.#first + bytes.getUint32(at, this.#isLittleEndian) + this.#second) | 0;
      this.#second = (this.#second + bytes.getUint32(at + 4, this.#isLittleEndian) + this.#first) | 0;
    }
  }

  matches(bytes: DataView, at: number): boolean {
    return this.#first === bytes.getInt32(at) && this.#second === bytes.getInt32(at + 4);
  }
}
