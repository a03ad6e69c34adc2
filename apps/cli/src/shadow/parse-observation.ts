import type { Facts, Observation } from './observation.ts';
import { isMapping, parseJson } from './parse-json.ts';
import type { ParsedJson } from './parse-json.ts';

/** Why a line is no sample, in words that can follow "lines: ". */
export type LineProblem =
  | 'empty'
  | 'not JSON'
  | 'written by Python, not JSON: add "?json" to the URL of the file publisher'
  | 'JSON, but no sample'
  | 'a sample without a number as its volume'
  | 'a sample without a time';

/** What a line turned out to be. */
export type ParsedLine =
  | { readonly observation: Observation; readonly problem?: never }
  | { readonly observation?: never; readonly problem: LineProblem };

/** A sample from a line of JSON, see {@link observationOf}. */
export function parseObservation(line: string): ParsedLine {
  if (line.trim() === '') return { problem: 'empty' };
  let json: ParsedJson;
  try {
    json = parseJson(line);
  } catch {
    return { problem: whyNotJson(line) };
  }
  return observationOf(json.value, json);
}

/**
 * The sample that a value of parsed JSON is. Both forms are read: the sample's own fields (`name`, `volume`, what a file
 * publisher writes with `?json`) and the metering message (`counter_name`, `counter_volume`, what goes over a message bus).
 */
export function observationOf(fields: unknown, { hasFloatVolume }: Pick<ParsedJson, 'hasFloatVolume'>): ParsedLine {
  if (!isMapping(fields)) return { problem: 'JSON, but no sample' };
  const { resource_id: resourceId, resource_metadata: metadata, source } = fields;
  const isMessage = typeof fields.counter_name === 'string';
  const meter = isMessage ? fields.counter_name : fields.name;
  const type = isMessage ? fields.counter_type : fields.type;
  const unit = isMessage ? fields.counter_unit : fields.unit;
  const volume = isMessage ? fields.counter_volume : fields.volume;
  if (typeof meter !== 'string' || typeof type !== 'string' || typeof resourceId !== 'string') {
    return { problem: 'JSON, but no sample' };
  }
  if (typeof volume !== 'number') return { problem: 'a sample without a number as its volume' };
  const atMs = parseTimestamp(fields.timestamp);
  if (Number.isNaN(atMs)) return { problem: 'a sample without a time' };
  const facts: Facts = {
    type,
    unit: textOrNull(unit),
    userId: textOrNull(fields.user_id),
    projectId: textOrNull(fields.project_id),
    ...(fields.user_name !== undefined && { userName: textOrNull(fields.user_name) }),
    ...(fields.project_name !== undefined && { projectName: textOrNull(fields.project_name) }),
    source: typeof source === 'string' ? source : '',
    metadata: isMapping(metadata) ? metadata : {},
    isSorted: isSorted(Object.keys(fields)),
  };
  return { observation: { meter, resourceId, atMs, volume, isFloat: hasFloatVolume(fields), facts } };
}

function whyNotJson(line: string): LineProblem {
  return /^\{'\w+': /.test(line)
    ? 'written by Python, not JSON: add "?json" to the URL of the file publisher'
    : 'not JSON';
}

function textOrNull(value: unknown): string | null {
  return typeof value === 'string' ? value : null;
}

function isSorted(keys: readonly string[]): boolean {
  return keys.every((key, index) => index === 0 || (keys[index - 1] ?? '') < key);
}

/** UTC unless it says otherwise; up to six digits after the point, more than `Date` keeps. */
function parseTimestamp(value: unknown): number {
  if (typeof value !== 'string') return NaN;
  const [, seconds = '', fraction = '', zone = ''] =
    /^(\d{4}-\d\d-\d\d[T ]\d\d:\d\d:\d\d)(?:\.(\d+))?(Z|[+-]\d\d:?\d\d)?$/.exec(value) ?? [];
  return Date.parse(`${seconds}${zone === '' ? 'Z' : zone}`) + Number(`0.${fraction || '0'}`) * 1000;
}
