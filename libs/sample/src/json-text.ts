import { pythonNumber } from './python-float.ts';
import type { Metadata, MetadataValue } from './resource.ts';

// Metadata is shared by all samples of a resource and dies with it: encoded once.
const encodedMetadata = new WeakMap<Metadata, string>();

/** Metadata as `json.dumps` writes it, kept for as long as the metadata itself. */
export function metadataJson(metadata: Metadata): string {
  let json = encodedMetadata.get(metadata);
  if (json === undefined) {
    json = valueJson(metadata);
    encodedMetadata.set(metadata, json);
  }
  return json;
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

// `Array.isArray` does not tell a readonly list from the rest.
const isList: (value: MetadataValue) => value is readonly MetadataValue[] = Array.isArray;

function valueJson(value: MetadataValue): string {
  if (typeof value === 'string') return jsonText(value);
  if (typeof value === 'number') return Number.isFinite(value) ? pythonNumber(value) : 'null';
  if (value === null || typeof value === 'boolean') return String(value);
  if (isList(value)) return `[${value.map(valueJson).join(', ')}]`;
  return `{${Object.entries(value)
    .map(([key, entry]) => `${jsonText(key)}: ${valueJson(entry)}`)
    .join(', ')}}`;
}
