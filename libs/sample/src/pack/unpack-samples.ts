import type { Sample } from '../sample.ts';
import { readDictionary } from './dictionary-reader.ts';
import type { SharedParts } from './dictionary-reader.ts';
import { createHexWriter } from './hex.ts';
import { PackError } from './pack-error.ts';
import { HEADER_BYTES, PACK_VERSION, placeBytes } from './pack-format.ts';

/**
 * The samples of a pack, in order. Those of one resource share their metadata object again. Throws a `PackError` for bytes that
 * are no pack; takes no more memory than such bytes can account for.
 */
export function unpackSamples(bytes: Uint8Array): Sample[] {
  if (bytes.byteLength < HEADER_BYTES) throw new PackError('damaged', `a pack has more than ${bytes.byteLength} bytes`);
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const version = view.getUint8(0);
  if (version !== PACK_VERSION) {
    const message = `the pack has version ${version} and this program knows ${PACK_VERSION}: was it written by a newer one?`;
    throw new PackError('unknown_version', message);
  }
  const length = view.getUint32(1, true);
  const columns = HEADER_BYTES + view.getUint32(5, true);
  const parts = readDictionary(bytes.subarray(HEADER_BYTES, columns));
  return readColumns(view, columns, length, parts);
}

function readColumns(view: DataView, start: number, length: number, parts: SharedParts): Sample[] {
  const { meters, origins, timestamps, tails } = parts;
  const widths = [meters, origins, timestamps, tails].map((list) => placeBytes(list.length));
  const expected = widths.reduce<number>((sum, width) => sum + width, 8 + 4) * length + 8 * timestamps.length;
  if (view.byteLength - start !== expected) throw damaged();
  let at = start;
  const [meterAt, originAt, stampAt, tailAt] = [meters, origins, timestamps, tails].map((list) => {
    const read = createPlaceReader(view, at, placeBytes(list.length));
    at += placeBytes(list.length) * length;
    return read;
  }) as [PlaceReader, PlaceReader, PlaceReader, PlaceReader];
  const volumesAt = at;
  const headsAt = volumesAt + 8 * length;
  const timesAt = headsAt + 4 * length;
  const monotonicTimes = timestamps.map((_, index) => {
    const time = view.getFloat64(timesAt + 8 * index, true);
    return Number.isNaN(time) ? null : time;
  });
  const hex = createHexWriter();
  const samples: Sample[] = [];
  for (let index = 0; index < length; index += 1) {
    const meter = meters[meterAt(index)];
    const origin = origins[originAt(index)];
    const stamp = stampAt(index);
    const timestamp = timestamps[stamp];
    const tail = tails[tailAt(index)];
    if (meter === undefined || origin === undefined || timestamp === undefined || tail === undefined) throw damaged();
    samples.push({
      name: meter.name,
      type: meter.type,
      unit: meter.unit,
      volume: view.getFloat64(volumesAt + 8 * index, true),
      isFloat: meter.isFloat,
      userId: origin.userId,
      userName: origin.userName,
      projectId: origin.projectId,
      projectName: origin.projectName,
      resourceId: origin.resourceId,
      timestamp,
      resourceMetadata: origin.resourceMetadata,
      source: origin.source,
      id: typeof tail === 'string' ? hex(view.getUint32(headsAt + 4 * index, true)) + tail : tail[0],
      monotonicTime: monotonicTimes[stamp] ?? null,
    });
  }
  return samples;
}

type PlaceReader = (index: number) => number;

function createPlaceReader(view: DataView, start: number, bytes: 0 | 1 | 2 | 4): PlaceReader {
  switch (bytes) {
    case 0:
      return () => 0;
    case 1:
      return (index) => view.getUint8(start + index);
    case 2:
      return (index) => view.getUint16(start + 2 * index, true);
    case 4:
      return (index) => view.getUint32(start + 4 * index, true);
  }
}

function damaged(): PackError {
  return new PackError('damaged', 'the pack is not what was written');
}
