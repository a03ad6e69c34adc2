/** The same object without its fields that are `undefined`, on all levels: as JSON writes it. */
export function withoutUndefined<T>(value: unknown): T {
  return JSON.parse(JSON.stringify(value)) as T;
}
