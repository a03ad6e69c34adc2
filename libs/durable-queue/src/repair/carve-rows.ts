import { PAGE_BYTES } from '../file/schema.ts';
import { decodeHead, headBytes, isWhole, mark } from '../file/stored-row.ts';
import type { StoredRow } from '../file/stored-row.ts';
import type { Pages } from './pages.ts';

// How SQLite stores a row: https://sqlite.org/fileformat2.html#b_tree_pages. A record of our tables is
// [bytes of the record's header] [type NULL] [type of the head] [type of the payload] [head] [payload]
// and what does not fit on its page is a chain of overflow pages, each with the number of the next one in front.
const MOST_LOCAL = PAGE_BYTES - 35;
const LEAST_LOCAL = Math.floor(((PAGE_BYTES - 12) * 32) / 255) - 23;
const OVERFLOW_BYTES = PAGE_BYTES - 4;

/**
 * All whole rows that begin on a page, wherever on it: the page may be no part of the tree any more, or be broken elsewhere.
 * The same row may be found more than once. Rows of the state table, with seq 0, are among them.
 */
export function* carveRows(pages: Pages, number: number): Iterable<StoredRow> {
  const bytes = pages.read(number);
  const page = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  for (let at = page.indexOf(mark); at >= 0; at = page.indexOf(mark, at + 1)) {
    const row = carveRow(pages, page.subarray(at));
    if (row !== undefined) yield row;
  }
}

function carveRow(pages: Pages, from: Uint8Array): StoredRow | undefined {
  const head = decodeHead(from);
  if (head === undefined || head.payloadBytes > pages.bytes) return undefined;
  const { payloadBytes, ...row } = head;
  const localBytes = localPart(payloadBytes);
  const payload = new Uint8Array(payloadBytes);
  payload.set(from.subarray(headBytes, headBytes + localBytes));
  if (localBytes < payloadBytes && !followChain(pages, from.subarray(headBytes + localBytes), payload, localBytes)) {
    return undefined;
  }
  return isWhole(from.subarray(0, headBytes), payload) ? { ...row, payload } : undefined;
}

/** How much of a payload is on the page of its row. */
function localPart(payloadBytes: number): number {
  const before = 3 + varintBytes(12 + 2 * payloadBytes) + headBytes;
  const recordBytes = before + payloadBytes;
  if (recordBytes <= MOST_LOCAL) return payloadBytes;
  const fits = LEAST_LOCAL + ((recordBytes - LEAST_LOCAL) % OVERFLOW_BYTES);
  return (fits <= MOST_LOCAL ? fits : LEAST_LOCAL) - before;
}

function varintBytes(value: number): number {
  let bytes = 1;
  for (let rest = value; rest >= 128; rest /= 128) bytes += 1;
  return bytes;
}

/** Fills `payload` from `start` on; false if the chain ends too early. */
function followChain(pages: Pages, link: Uint8Array, payload: Uint8Array, start: number): boolean {
  let next = pageNumber(link);
  for (let at = start; at < payload.byteLength; at += OVERFLOW_BYTES) {
    if (next === 0) return false;
    const page = pages.read(next);
    payload.set(page.subarray(4, 4 + payload.byteLength - at), at);
    next = pageNumber(page);
    // A chain that is cut short cannot have all bytes.
    if (page.byteLength < Math.min(PAGE_BYTES, 4 + payload.byteLength - at)) return false;
  }
  return true;
}

function pageNumber(bytes: Uint8Array): number {
  return bytes.byteLength < 4 ? 0 : new DataView(bytes.buffer, bytes.byteOffset).getUint32(0);
}
