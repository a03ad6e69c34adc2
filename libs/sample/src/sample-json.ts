import type { Compat } from './compat.ts';
import { jsonText, metadataJson } from './json-text.ts';
import { pythonVolume } from './python-float.ts';
import { createDictWriter } from './sample-dict.ts';
import type { DictNotation, DictWriter } from './sample-dict.ts';
import type { Sample } from './sample.ts';

/**
 * Writes samples as JSON with Ceilometer's keys in Ceilometer's order, separated and escaped as Python's `json.dumps` does: `", "`,
 * `": "`, everything beyond ASCII as `\uXXXX`.
 */
export function createJsonWriter(compat: Compat): DictWriter {
  return createDictWriter(jsonNotation, compat);
}

const jsonNotation: DictNotation = {
  text: jsonText,
  none: 'null',
  // JSON lacks NaN and the infinities.
  volume: (sample) => (Number.isFinite(sample.volume) ? pythonVolume(sample) : 'null'),
  metadata: metadataJson,
};

const headWriter = createJsonWriter('head');

/** A sample as one line of JSON with all fields that a sample has: those of `head`, see {@link createJsonWriter}. */
export function sampleToJson(sample: Sample): string {
  return headWriter.head(sample) + headWriter.metadata(sample) + headWriter.tail(sample);
}
