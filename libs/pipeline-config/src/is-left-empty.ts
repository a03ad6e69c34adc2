import { isPlainMapping } from './is-mapping.ts';

/**
 * Whether a value of a document is false to Python, as Ceilometer asks in `cfg.get(...) or []`: nothing, `false`, 0, and every
 * kind of empty text and collection.
 */
export function isLeftEmpty(value: unknown): boolean {
  if (value === undefined || value === null || value === false || value === 0 || value === '') return true;
  if (Array.isArray(value) || value instanceof Uint8Array) return value.length === 0;
  if (value instanceof Set) return value.size === 0;
  return isPlainMapping(value) && Object.keys(value).length === 0;
}
