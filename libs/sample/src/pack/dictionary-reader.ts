import type { MeterType } from '../meter.ts';
import type { Metadata, MetadataValue } from '../resource.ts';
import type { Sample } from '../sample.ts';
import { PackError } from './pack-error.ts';

/** What samples share, as they have it. */
export interface SharedParts {
  readonly meters: readonly Pick<Sample, 'name' | 'type' | 'unit' | 'isFloat'>[];
  readonly origins: readonly Pick<
    Sample,
    'userId' | 'userName' | 'projectId' | 'projectName' | 'resourceId' | 'source' | 'resourceMetadata'
  >[];
  readonly timestamps: readonly string[];
  /** See `Dictionary`. */
  readonly tails: readonly (string | readonly [string])[];
}

/** Reads a dictionary that may be anything. Throws a `PackError`. */
export function readDictionary(bytes: Uint8Array): SharedParts {
  const dictionary = parse(bytes);
  const list = (name: string) => arrayOf(isRecord(dictionary) ? dictionary[name] : undefined);
  const values = list('values') as readonly MetadataValue[];
  const shapes = list('shapes').map((keys) => arrayOf(keys).map(textOf));
  const metadata = list('metadata').map((places) => readMetadata(arrayOf(places), shapes, values));
  return {
    meters: list('meters').map((meter) => readMeter(arrayOf(meter))),
    origins: list('origins').map((origin) => readOrigin(arrayOf(origin), values, metadata)),
    timestamps: list('timestamps').map(textOf),
    tails: list('tails').map((tail) => (typeof tail === 'string' ? tail : [textOf(arrayOf(tail)[0])])),
  };
}

function parse(bytes: Uint8Array): unknown {
  try {
    return JSON.parse(new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(bytes));
  } catch (error) {
    throw new PackError('damaged', 'the dictionary of the pack is no JSON', { cause: error });
  }
}

function readMeter([name, type, unit, isFloat]: readonly unknown[]): SharedParts['meters'][number] {
  if (!isMeterType(type) || typeof isFloat !== 'boolean') throw damaged();
  return { name: textOf(name), type, unit: textOf(unit), isFloat };
}

function isMeterType(type: unknown): type is MeterType {
  return type === 'cumulative' || type === 'delta' || type === 'gauge';
}

function readOrigin(
  places: readonly unknown[],
  values: readonly MetadataValue[],
  metadata: readonly Metadata[],
): SharedParts['origins'][number] {
  const text = (index: number) => textOf(at(values, places[index]));
  const name = (index: number) => (at(values, places[index]) === null ? null : text(index));
  return {
    userId: name(0),
    userName: name(1),
    projectId: name(2),
    projectName: name(3),
    resourceId: text(4),
    source: text(5),
    resourceMetadata: at(metadata, places[6]),
  };
}

function readMetadata(
  [shape, ...places]: readonly unknown[],
  shapes: readonly (readonly string[])[],
  values: readonly MetadataValue[],
): Metadata {
  const keys = at(shapes, shape);
  const metadata: Record<string, MetadataValue> = {};
  keys.forEach((key, index) => {
    const value = at(values, places[index]);
    // An assignment would change what the object inherits from.
    if (key === '__proto__') {
      Object.defineProperty(metadata, key, { value, enumerable: true, configurable: true, writable: true });
    } else metadata[key] = value;
  });
  return metadata;
}

function at<Item>(list: readonly Item[], place: unknown): Item {
  if (typeof place !== 'number' || !Number.isInteger(place) || place < 0 || place >= list.length) throw damaged();
  return list[place] as Item;
}

function isRecord(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null;
}

function arrayOf(value: unknown): readonly unknown[] {
  if (!Array.isArray(value)) throw damaged();
  return value;
}

function textOf(value: unknown): string {
  if (typeof value !== 'string') throw damaged();
  return value;
}

function damaged(): PackError {
  return new PackError('damaged', 'the dictionary of the pack is not what was written');
}
