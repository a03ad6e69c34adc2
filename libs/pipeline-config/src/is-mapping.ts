/** Whether a value of a document has keys. True as well for the dates, sets and bytes that YAML 1.1 knows: they have none of ours. */
export function isMapping(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/** Whether a value of a document is a mapping and nothing that YAML 1.1 has besides. */
export function isPlainMapping(value: unknown): value is Readonly<Record<string, unknown>> {
  return isMapping(value) && !(value instanceof Date || value instanceof Uint8Array || value instanceof Set);
}
