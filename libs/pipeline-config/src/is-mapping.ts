/** Whether a value of a document has keys. True as well for the dates, sets and bytes that YAML 1.1 knows: they have none of ours. */
export function isMapping(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/** Whether a value of a document is a list or a mapping with nothing in it. */
export function isEmptyCollection(value: unknown): boolean {
  if (Array.isArray(value)) return value.length === 0;
  // YAML 1.1 has sets, dates and binary data as well, which have no keys either.
  return isMapping(value) && Object.getPrototypeOf(value) === Object.prototype && Object.keys(value).length === 0;
}
