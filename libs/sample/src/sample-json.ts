import { pythonFloat, pythonVolume } from './python-float.ts';
import type { Metadata } from './resource.ts';
import type { Sample } from './sample.ts';

/**
 * A sample as one line of JSON with Ceilometer's keys in Ceilometer's order (`Sample.as_dict()`), separated and escaped
 * as Python's `json.dumps` does: `", "`, `": "`, everything beyond ASCII as `\uXXXX`.
 */
export function sampleToJson(sample: Sample): string {
  return (
    `{"name": ${text(sample.name)}, "type": ${text(sample.type)}, "unit": ${text(sample.unit)}` +
    `, "volume": ${volumeJson(sample)}, "user_id": ${text(sample.userId)}, "user_name": ${text(sample.userName)}` +
    `, "project_id": ${text(sample.projectId)}, "project_name": ${text(sample.projectName)}` +
    `, "resource_id": ${text(sample.resourceId)}, "timestamp": ${text(sample.timestamp)}` +
    `, "resource_metadata": ${metadataJson(sample.resourceMetadata)}, "source": ${text(sample.source)}` +
    `, "id": ${text(sample.id)}, "monotonic_time": ${sample.monotonicTime === null ? 'null' : pythonFloat(sample.monotonicTime)}}`
  );
}

/** JSON lacks NaN and the infinities: `null`. */
function volumeJson(sample: Sample): string {
  return Number.isFinite(sample.volume) ? pythonVolume(sample) : 'null';
}

// Metadata is shared by all samples of a resource and dies with it: encoded once.
const encodedMetadata = new WeakMap<object, string>();

/** Metadata as `json.dumps` writes it, kept for as long as the metadata itself. */
export function metadataJson(metadata: Metadata): string {
  let json = encodedMetadata.get(metadata);
  if (json === undefined) {
    json = pythonJson(metadata);
    encodedMetadata.set(metadata, json);
  }
  return json;
}

function text(value: string | null): string {
  return value === null ? 'null' : jsonText(value);
}

// Most strings are ids and names that need no escape; looking first is several times as fast as escaping always.
const needsNoEscape = /^[ !#-[\]-~]*$/;

/** A text as `json.dumps` writes it: in quotes, everything beyond ASCII as `\uXXXX`. */
export function jsonText(value: string): string {
  if (needsNoEscape.test(value)) return `"${value}"`;
  return JSON.stringify(value).replace(
    /[\u007f-\uffff]/g,
    (unit) => `\\u${unit.charCodeAt(0).toString(16).padStart(4, '0')}`,
  );
}

/** `json.dumps` of a plain value. NaN and infinities, which JSON lacks, are written as `null`. */
function pythonJson(value: unknown): string {
  if (typeof value === 'string') return jsonText(value);
  if (Array.isArray(value)) return `[${value.map(pythonJson).join(', ')}]`;
  if (typeof value === 'object' && value !== null) {
    return `{${Object.entries(value)
      .map(([key, entry]) => `${jsonText(key)}: ${pythonJson(entry)}`)
      .join(', ')}}`;
  }
  return JSON.stringify(value);
}
