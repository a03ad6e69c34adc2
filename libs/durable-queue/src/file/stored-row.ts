import { crc32 } from 'node:zlib';

/**
 * A row as it stands in the file. Each knows its place and how much of the queue was gone when it came, so that rows can be put
 * together again from pages that nothing refers to any more.
 */
export interface StoredRow {
  /** 0 for the one that has the counters. */
  readonly seq: number;
  /** Number of the commit that wrote it. Of two rows with one seq, the one with the higher revision is valid. */
  readonly revision: number;
  /** No row below this seq was in the queue after that commit. */
  readonly lowSeq: number;
  readonly items: number;
  readonly atMs: number;
  readonly payload: Uint8Array;
}

/** What every head begins with: no row is missed and hardly anything else taken for one. */
export const mark: Uint8Array = Buffer.from('\u0000nphqR1\u0000', 'latin1');

/** Bytes of a head: the mark, five float64, the length of the payload and a CRC-32 of all that and the payload. */
export const headBytes = 56;

const LENGTH_AT = 48;
const CRC_AT = 52;

/** What a head says, before the payload is looked at. */
export interface Head extends Omit<StoredRow, 'payload'> {
  readonly payloadBytes: number;
}

/** The column `head` of a row. */
export function encodeHead(row: StoredRow): Uint8Array {
  const head = new Uint8Array(headBytes);
  const view = new DataView(head.buffer);
  head.set(mark);
  [row.seq, row.revision, row.lowSeq, row.items, row.atMs].forEach((value, index) =>
    view.setFloat64(8 + index * 8, value, true),
  );
  view.setUint32(LENGTH_AT, row.payload.byteLength, true);
  view.setUint32(CRC_AT, checksum(head, row.payload), true);
  return head;
}

/** The head at the beginning of `bytes`; `undefined` if there is none. Only {@link isWhole} tells whether it can be trusted. */
export function decodeHead(bytes: Uint8Array): Head | undefined {
  if (bytes.byteLength < headBytes || !mark.every((byte, index) => bytes[index] === byte)) return undefined;
  const view = new DataView(bytes.buffer, bytes.byteOffset, headBytes);
  const number = (index: number) => view.getFloat64(8 + index * 8, true);
  return {
    seq: number(0),
    revision: number(1),
    lowSeq: number(2),
    items: number(3),
    atMs: number(4),
    payloadBytes: view.getUint32(LENGTH_AT, true),
  };
}

/** Whether head and payload are what was written together. */
export function isWhole(head: Uint8Array, payload: Uint8Array): boolean {
  const view = new DataView(head.buffer, head.byteOffset, headBytes);
  return (
    view.getUint32(LENGTH_AT, true) === payload.byteLength && view.getUint32(CRC_AT, true) === checksum(head, payload)
  );
}

function checksum(head: Uint8Array, payload: Uint8Array): number {
  const sum = crc32(head.subarray(0, CRC_AT));
  // Node 22 forgets the sum so far when there is nothing to add.
  return payload.byteLength === 0 ? sum : crc32(payload, sum);
}
