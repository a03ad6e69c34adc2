import type { Sample } from '../sample.ts';
import { DictionaryWriter } from './dictionary-writer.ts';
import { leadingHex } from './hex.ts';
import { HEADER_BYTES, PACK_VERSION, placeBytes } from './pack-format.ts';

/**
 * Samples as bytes, exactly, in some 50 bytes each: what they share is there once, also if it is in objects that are only alike.
 * Metadata is kept as JSON has it. `unpackSamples` reads it. Throws a `RangeError` beyond 2^32 samples.
 */
export function packSamples(samples: readonly Sample[]): Uint8Array {
  const { length } = samples;
  const writer = new DictionaryWriter();
  const meters = new Uint32Array(length);
  const origins = new Uint32Array(length);
  const stamps = new Uint32Array(length);
  const tails = new Uint32Array(length);
  const heads = new Uint32Array(length);
  const ids = createIdSplitter(writer);
  samples.forEach((sample, index) => {
    meters[index] = writer.meter(sample);
    origins[index] = writer.origin(sample);
    stamps[index] = writer.stamp(sample);
    const head = leadingHex(sample.id);
    tails[index] = ids(sample.id, head);
    heads[index] = head;
  });

  const { dictionary, monotonicTimes } = writer;
  const text = new TextEncoder().encode(JSON.stringify(dictionary));
  const columns = [
    [meters, placeBytes(dictionary.meters.length)],
    [origins, placeBytes(dictionary.origins.length)],
    [stamps, placeBytes(dictionary.timestamps.length)],
    [tails, placeBytes(dictionary.tails.length)],
  ] as const;
  const perSample = columns.reduce((sum, [, bytes]) => sum + bytes, 8 + 4);
  const pack = new Uint8Array(HEADER_BYTES + text.byteLength + perSample * length + 8 * monotonicTimes.length);
  const view = new DataView(pack.buffer);
  view.setUint8(0, PACK_VERSION);
  view.setUint32(1, length, true);
  view.setUint32(5, text.byteLength, true);
  pack.set(text, HEADER_BYTES);
  let at = HEADER_BYTES + text.byteLength;
  for (const [places, bytes] of columns) at = writePlaces(view, at, places, bytes);
  samples.forEach(({ volume }, index) => view.setFloat64(at + 8 * index, volume, true));
  at = writePlaces(view, at + 8 * length, heads, 4);
  monotonicTimes.forEach((time, index) => view.setFloat64(at + 8 * index, time, true));
  return pack;
}

/** Gives the place of what follows the head of an id. Ids that come one after the other have the same tail. */
function createIdSplitter(writer: DictionaryWriter): (id: string, head: number) => number {
  let tail: string | undefined;
  let place = 0;
  return (id, head) => {
    if (head < 0) return writer.wholeId(id);
    if (tail === undefined || id.length !== tail.length + 8 || !id.endsWith(tail)) {
      tail = id.slice(8);
      place = writer.tail(tail);
    }
    return place;
  };
}

function writePlaces(view: DataView, start: number, places: Uint32Array, bytes: 0 | 1 | 2 | 4): number {
  if (bytes === 1) places.forEach((place, index) => view.setUint8(start + index, place));
  if (bytes === 2) places.forEach((place, index) => view.setUint16(start + 2 * index, place, true));
  if (bytes === 4) places.forEach((place, index) => view.setUint32(start + 4 * index, place, true));
  return start + bytes * places.length;
}
