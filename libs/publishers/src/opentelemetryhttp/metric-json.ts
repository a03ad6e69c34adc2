import { jsonText, pythonVolume } from '@nephometer/sample';
import type { Sample } from '@nephometer/sample';

/**
 * A sample as the body of Ceilometer's `opentelemetryhttp`: JSON that resembles OTLP's, with whatever it has of its own (names in
 * snake case, `counter`, times in whole seconds); `undefined` if the timestamp cannot be read.
 */
export function metricJson(sample: Sample): string | undefined {
  const seconds = secondsOf(sample.timestamp);
  if (seconds === undefined) return undefined;
  const attributes = [
    ['resource_id', sample.resourceId],
    ['user_id', sample.userId],
    ['project_id', sample.projectId],
  ] as const;
  const kind = sample.type === 'cumulative' ? 'counter' : 'gauge';
  const volume = Number.isFinite(sample.volume) ? pythonVolume(sample) : 'null';
  const point =
    `{"attributes": [${attributes.map(([key, value]) => attributeJson(key, value)).join(', ')}]` +
    `, "start_time_unix_nano": ${seconds}, "time_unix_nano": ${seconds}, "as_double": ${volume}, "flags": 0}`;
  const metric =
    `{"name": ${jsonText(sample.name.replaceAll('.', '_'))}` +
    `, "description": ${jsonText(`${sample.name} unit:${sample.unit}`)}, "unit": ${jsonText(sample.unit)}` +
    `, "${kind}": {"data_points": [${point}]}}`;
  const scope = '{"name": "ceilometer", "version": "v1"}';
  return `{"resource_metrics": [{"scope_metrics": [{"scope": ${scope}, "metrics": [${metric}]}]}]}`;
}

function attributeJson(key: string, value: string | null): string {
  return `{"key": "${key}", "value": {"string_value": ${value === null ? 'null' : jsonText(value)}}}`;
}

/** Seconds since 1970 of a timestamp, in UTC unless it says otherwise, rounded down. */
function secondsOf(timestamp: string): number | undefined {
  if (!/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d/.test(timestamp)) return undefined;
  const ms = Date.parse(/(Z|[+-]\d\d:?\d\d)$/.test(timestamp) ? timestamp : `${timestamp}Z`);
  return Number.isNaN(ms) ? undefined : Math.floor(ms / 1000);
}
