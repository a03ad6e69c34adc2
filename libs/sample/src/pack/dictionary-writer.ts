import type { Metadata, MetadataValue } from '../resource.ts';
import type { Sample } from '../sample.ts';
import type { Dictionary, PackedMeter, PackedOrigin } from './pack-format.ts';

type Mutable<T> = { -readonly [Key in keyof T]: T[Key] extends readonly (infer Item)[] ? Item[] : T[Key] };

/** A place in a list, with a sample that belongs there. */
interface Place {
  readonly sample: Sample;
  readonly place: number;
}

/** Metadata taken apart. */
interface Parts {
  readonly keys: readonly string[];
  /** The keys as one text. */
  readonly shape: string;
  readonly values: readonly MetadataValue[];
  /** Of each value that is no text, its JSON. */
  readonly texts: readonly string[];
}

/** The dictionary of a pack while samples come in. Each method gives the place of what it is asked for, a new one if need be. */
export class DictionaryWriter {
  readonly dictionary: Mutable<Dictionary> = {
    meters: [],
    values: [],
    shapes: [],
    metadata: [],
    origins: [],
    timestamps: [],
    tails: [],
  };
  readonly monotonicTimes: number[] = [];
  readonly #meters = new Map<string, Place[]>();
  readonly #origins = new Map<string, Place[]>();
  readonly #stamps = new Map<string, Place[]>();
  readonly #metadata = new Map<Metadata, number>();
  readonly #shapes = new Map<string, number>();
  readonly #texts = new Map<string, number>();
  readonly #others = new Map<string, number>();
  readonly #tails = new Map<string, number>();
  // Samples come by meter or by resource: mostly one of the two is that of the sample before.
  #lastMeter: Place | undefined;
  #lastStamp: Place | undefined;

  meter(sample: Sample): number {
    const last = this.#lastMeter;
    if (last !== undefined && isSameMeter(sample, last.sample)) return last.place;
    const known = placesOf(this.#meters, sample.name);
    let found = known.find((place) => isSameMeter(sample, place.sample));
    if (found === undefined) {
      const meter: PackedMeter = [sample.name, sample.type, sample.unit, sample.isFloat];
      known.push((found = { sample, place: add(this.dictionary.meters, meter) }));
    }
    this.#lastMeter = found;
    return found.place;
  }

  origin(sample: Sample): number {
    const known = placesOf(this.#origins, sample.resourceId);
    for (let index = 0; index < known.length; index += 1) {
      const found = known[index];
      if (found !== undefined && isSameOrigin(sample, found.sample)) return found.place;
    }
    const { userId, userName, projectId, projectName, resourceId, source } = sample;
    const origin: PackedOrigin = [
      this.#value(userId, 'null'),
      this.#value(userName, 'null'),
      this.#value(projectId, 'null'),
      this.#value(projectName, 'null'),
      this.#value(resourceId, ''),
      this.#value(source, ''),
      this.#metadataPlace(sample.resourceMetadata),
    ];
    const place = add(this.dictionary.origins, origin);
    known.push({ sample, place });
    return place;
  }

  stamp(sample: Sample): number {
    const last = this.#lastStamp;
    if (last !== undefined && isSameStamp(sample, last.sample)) return last.place;
    const known = placesOf(this.#stamps, sample.timestamp);
    let found = known.find((place) => isSameStamp(sample, place.sample));
    if (found === undefined) {
      this.monotonicTimes.push(sample.monotonicTime ?? NaN);
      known.push((found = { sample, place: add(this.dictionary.timestamps, sample.timestamp) }));
    }
    this.#lastStamp = found;
    return found.place;
  }

  /** `tail` is what follows the head of an id. */
  tail(tail: string): number {
    return placeOf(this.#tails, tail, this.dictionary.tails, tail);
  }

  wholeId(id: string): number {
    return add(this.dictionary.tails, [id] as const);
  }

  #metadataPlace(metadata: Metadata): number {
    const known = this.#metadata.get(metadata);
    if (known !== undefined) return known;
    const { keys, shape, values, texts } = partsOf(metadata);
    const places = [placeOf(this.#shapes, shape, this.dictionary.shapes, keys)];
    for (let index = 0; index < values.length; index += 1) {
      places.push(this.#value(values[index] ?? null, texts[index] ?? ''));
    }
    const place = add(this.dictionary.metadata, places);
    this.#metadata.set(metadata, place);
    return place;
  }

  /** `text` is the value as JSON, if it is no text itself. */
  #value(value: MetadataValue, text: string): number {
    return typeof value === 'string'
      ? placeOf(this.#texts, value, this.dictionary.values, value)
      : placeOf(this.#others, text, this.dictionary.values, value);
  }
}

// Metadata is shared by all samples of a resource, pack after pack, and dies with it.
const knownParts = new WeakMap<Metadata, Parts>();

function partsOf(metadata: Metadata): Parts {
  let parts = knownParts.get(metadata);
  if (parts === undefined) {
    const keys = Object.keys(metadata);
    const values = Object.values(metadata);
    const texts = values.map((value) => (typeof value === 'string' ? '' : JSON.stringify(value)));
    knownParts.set(metadata, (parts = { keys, shape: JSON.stringify(keys), values, texts }));
  }
  return parts;
}

function isSameMeter(one: Sample, other: Sample): boolean {
  return one.name === other.name && one.type === other.type && one.unit === other.unit && one.isFloat === other.isFloat;
}

/** If the resource is the same. */
function isSameOrigin(one: Sample, other: Sample): boolean {
  return (
    one.resourceMetadata === other.resourceMetadata &&
    one.userId === other.userId &&
    one.projectId === other.projectId &&
    one.source === other.source &&
    one.userName === other.userName &&
    one.projectName === other.projectName
  );
}

function isSameStamp(one: Sample, other: Sample): boolean {
  return one.timestamp === other.timestamp && Object.is(one.monotonicTime, other.monotonicTime);
}

function placesOf(map: Map<string, Place[]>, key: string): Place[] {
  let places = map.get(key);
  if (places === undefined) map.set(key, (places = []));
  return places;
}

/** The place of an item that `key` stands for; it is added to the list if it is new. */
function placeOf<Item>(map: Map<string, number>, key: string, list: Item[], item: Item): number {
  let place = map.get(key);
  if (place === undefined) map.set(key, (place = add(list, item)));
  return place;
}

function add<Item>(list: Item[], item: Item): number {
  return list.push(item) - 1;
}
