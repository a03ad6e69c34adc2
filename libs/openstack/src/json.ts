import type { Metadata, MetadataValue } from '@nephometer/sample';

/** What JSON text says, if it says an object; `undefined` for anything else. */
export function parseObject(text: string): Metadata | undefined {
  try {
    return asObject(JSON.parse(text) as MetadataValue);
  } catch {
    return undefined;
  }
}

/** The value if it is an object, neither a list nor `null`. */
export function asObject(value: MetadataValue | undefined): Metadata | undefined {
  return typeof value === 'object' && value !== null && !Array.isArray(value) ? (value as Metadata) : undefined;
}

/** The objects of a list, the rest of it left out; `undefined` if it is no list. */
export function asObjects(value: MetadataValue | undefined): readonly Metadata[] | undefined {
  if (!Array.isArray(value)) return undefined;
  return (value as readonly MetadataValue[]).map(asObject).filter((entry) => entry !== undefined);
}

/** The value if it is a text. */
export function asText(value: MetadataValue | undefined): string | undefined {
  return typeof value === 'string' ? value : undefined;
}

/** The value if it is a number; the default otherwise. */
export function asNumber(value: MetadataValue | undefined, otherwise: number): number {
  return typeof value === 'number' ? value : otherwise;
}
