import type { MeterType } from '../meter.ts';
import type { MetadataValue } from '../resource.ts';

// A pack: [version: u8] [samples: u32] [bytes of the dictionary: u32] [dictionary: JSON] [columns]. Numbers are little-endian.
// The columns, each with a number for every sample: the places in the dictionary of its meter, origin, stamp and the tail of its id,
// each as wide as the length of that list asks for; the volume (f64); the head of the id (u32). At the end the monotonic time of
// each stamp (f64, NaN for none).

/** Version of the format, the first byte of each pack. */
export const PACK_VERSION = 1;
/** Bytes before the dictionary. */
export const HEADER_BYTES = 9;

/** What samples share, once each. Numbers are places in another list. */
export interface Dictionary {
  readonly meters: readonly PackedMeter[];
  /** Texts, `null`, and the values of metadata, once each. */
  readonly values: readonly MetadataValue[];
  /** The keys of metadata, in order. */
  readonly shapes: readonly (readonly string[])[];
  /** A shape, then a value for each of its keys. */
  readonly metadata: readonly (readonly number[])[];
  readonly origins: readonly PackedOrigin[];
  readonly timestamps: readonly string[];
  /** An id that begins with 32 bits in hex, as UUIDs do, without these; any other id as a whole, in a list of its own. */
  readonly tails: readonly (string | readonly [string])[];
}

export type PackedMeter = readonly [name: string, type: MeterType, unit: string, isFloat: boolean];

/** All of them places in `values`, but for the last, which is one in `metadata`. */
export type PackedOrigin = readonly [
  userId: number,
  userName: number,
  projectId: number,
  projectName: number,
  resourceId: number,
  source: number,
  metadata: number,
];

/** How many bytes a place in a list of this length takes. */
export function placeBytes(length: number): 0 | 1 | 2 | 4 {
  if (length <= 1) return 0;
  if (length <= 0x100) return 1;
  return length <= 0x10000 ? 2 : 4;
}
