import { createDictWriter, pythonVolume } from '@nephometer/sample';
import type { Compat, DictWriter, Metadata } from '@nephometer/sample';
import { pythonRepr, textRepr } from './python-repr.ts';

// Metadata is shared by all samples of a resource and dies with it: encoded once.
const encodedMetadata = new WeakMap<Metadata, string>();

function metadataRepr(metadata: Metadata): string {
  let repr = encodedMetadata.get(metadata);
  if (repr === undefined) {
    repr = pythonRepr(metadata);
    encodedMetadata.set(metadata, repr);
  }
  return repr;
}

/** Writes samples as Ceilometer's file publisher does by default: `Sample.as_dict()` as Python 3 shows a dictionary. */
export function createReprWriter(compat: Compat): DictWriter {
  return createDictWriter({ text: textRepr, none: 'None', volume: pythonVolume, metadata: metadataRepr }, compat);
}
