import { createMeterFilter } from '@nephometer/pipeline-config';
import type { Sample } from '@nephometer/sample';

/** Which samples somebody means: those of which all that is given is true. */
export interface SampleChoice {
  /** Patterns for the id of the resource, as for meters. */
  readonly resources?: readonly string[];
  /** Patterns as in pipeline.yaml: `disk.*`, `!cpu`. */
  readonly meters?: readonly string[];
  /** Times that samples tell, in ms since 1970: from here on, */
  readonly sinceMs?: number;
  /** and before this. */
  readonly untilMs?: number;
}

/** Whether a sample is meant; nothing if all are. */
export function createSampleFilter(choice: SampleChoice): ((sample: Sample) => boolean) | undefined {
  const { resources, meters, sinceMs, untilMs } = choice;
  const isResource = resources && createMeterFilter(resources);
  const isMeter = meters && createMeterFilter(meters);
  const isTime = sinceMs === undefined && untilMs === undefined ? undefined : createTimeFilter(choice);
  if (!isResource && !isMeter && !isTime) return undefined;
  return ({ resourceId, name, timestamp }) =>
    (isMeter?.(name) ?? true) && (isResource?.(resourceId) ?? true) && (isTime?.(timestamp) ?? true);
}

/** Thousands of samples in a row have the same time. */
function createTimeFilter({ sinceMs = -Infinity, untilMs = Infinity }: SampleChoice): (timestamp: string) => boolean {
  let last: { readonly timestamp: string; readonly isWithin: boolean } | undefined;
  return (timestamp) => {
    if (last?.timestamp !== timestamp) {
      const atMs = parseUtc(timestamp);
      last = { timestamp, isWithin: atMs >= sinceMs && atMs < untilMs };
    }
    return last.isWithin;
  };
}

/** A date, or a date and a time, in UTC unless it says another zone; in ms since 1970, `NaN` if it is none. */
export function parseUtc(text: string): number {
  if (!/^\d{4}-\d{2}-\d{2}(?:[T ]\d{2}:\d{2}.*)?$/.test(text)) return NaN;
  const iso = text.replace(' ', 'T');
  return Date.parse(/T.*(?:Z|[+-]\d{2}:?\d{2})$/.test(iso) || !iso.includes('T') ? iso : `${iso}Z`);
}
