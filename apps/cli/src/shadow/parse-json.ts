/** JSON, and how some of its numbers were written, which a parsed number has forgotten. */
export interface ParsedJson {
  readonly value: unknown;
  /** Whether the volume of this object, one somewhere in `value`, is written as a float: `512.0`, `1e+16`. */
  hasFloatVolume(object: object): boolean;
}

const VOLUMES: ReadonlySet<string> = new Set(['volume', 'counter_volume']);

/**
 * Parses JSON.
 *
 * @throws SyntaxError
 */
export function parseJson(text: string): ParsedJson {
  const floats = new WeakSet<object>();
  const remember = function (this: object, key: string, value: unknown, context?: { readonly source?: string }) {
    if (typeof value === 'number' && VOLUMES.has(key) && /[.eE]/.test(context?.source ?? '')) floats.add(this);
    return value;
  };
  return { value: JSON.parse(text, remember) as unknown, hasFloatVolume: (object) => floats.has(object) };
}

/** Whether a value from JSON is an object. */
export function isMapping(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
