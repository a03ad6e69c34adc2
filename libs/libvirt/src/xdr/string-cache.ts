import type { Buffer } from 'node:buffer';

/** Gives the text of `bytes[start, end)` as UTF-8, the same string object for the same bytes if it is still known. */
export type StringCache = (bytes: Buffer, start: number, end: number) => string;

interface Slot {
  readonly hash: number;
  readonly bytes: Uint8Array;
  readonly text: string;
}

/** Names of statistics have at most 80 bytes; longer texts are not worth keeping. */
const maxCachedBytes = 128;

/**
 * A cache of decoded strings. A bulk reply repeats a few hundred field names thousands of times, and comparing bytes is
 * cheaper than making the string anew. Each text has one possible slot, and the newest text wins it: so the memory is
 * bounded by `slots` (a power of two) whatever a daemon sends.
 */
export function createStringCache(slots = 4096): StringCache {
  const table = new Array<Slot | undefined>(slots).fill(undefined);
  const mask = slots - 1;
  return (bytes, start, end) => {
    if (end - start > maxCachedBytes) return bytes.toString('utf8', start, end);
    const hash = hashOf(bytes, start, end);
    const index = (hash ^ (hash >>> 15)) & mask;
    const slot = table[index];
    if (slot !== undefined && slot.hash === hash && isEqual(slot.bytes, bytes, start, end)) return slot.text;
    const text = bytes.toString('utf8', start, end);
    table[index] = { hash, bytes: Uint8Array.from(bytes.subarray(start, end)), text };
    return text;
  };
}

/** FNV-1a, 32 bits. */
function hashOf(bytes: Buffer, start: number, end: number): number {
  let hash = 0x811c9dc5;
  for (let index = start; index < end; index++) hash = Math.imul(hash ^ (bytes[index] ?? 0), 0x01000193);
  return hash;
}

function isEqual(known: Uint8Array, bytes: Buffer, start: number, end: number): boolean {
  if (known.length !== end - start) return false;
  for (let index = 0; index < known.length; index++) if (known[index] !== bytes[start + index]) return false;
  return true;
}
