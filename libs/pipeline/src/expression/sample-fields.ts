import type { MetadataValue, Sample } from '@nephometer/sample';
import type { Value } from './expression.ts';

/** The fields of a sample under Ceilometer's names (`Sample.as_dict()`). */
const fields: Readonly<Record<string, (sample: Sample) => Value>> = {
  name: ({ name }) => name,
  type: ({ type }) => type,
  unit: ({ unit }) => unit,
  volume: ({ volume, isFloat }) => (isFloat || !Number.isInteger(volume) ? volume : BigInt(volume)),
  user_id: ({ userId }) => userId,
  user_name: ({ userName }) => userName,
  project_id: ({ projectId }) => projectId,
  project_name: ({ projectName }) => projectName,
  resource_id: ({ resourceId }) => resourceId,
  timestamp: ({ timestamp }) => timestamp,
  resource_metadata: ({ resourceMetadata }) => resourceMetadata,
  source: ({ source }) => source,
  id: ({ id }) => id,
  monotonic_time: ({ monotonicTime }) => monotonicTime,
};

/** What an expression may name. */
export const fieldNames: readonly string[] = Object.keys(fields);

/** What stands for everything that is missing. */
const missing: Value = {};

/** The value of one of {@link fieldNames}. */
export function fieldOf(sample: Sample, name: string): Value {
  return fields[name]?.(sample) ?? null;
}

/** An entry of metadata: what is missing is an empty mapping. A whole number is an `int`: JSON does not tell `2` from `2.0`. */
export function entryOf(mapping: { readonly [key: string]: MetadataValue }, key: string): Value {
  const value = Object.hasOwn(mapping, key) ? mapping[key] : undefined;
  if (value === undefined) return missing;
  return typeof value === 'number' && Number.isInteger(value) ? BigInt(value) : value;
}
