import { pythonVolume } from '@nephometer/sample';
import type { Compat, Sample } from '@nephometer/sample';

/** The lines of one metric, by series. */
export interface MetricText {
  readonly name: string;
  /** How many samples went into it; some of them may have been overtaken by others. */
  readonly samples: number;
  readonly text: string;
}

interface Family {
  readonly type: 'counter' | 'gauge' | undefined;
  samples: number;
  /** By name and labels: of two samples of a series the gateway would refuse the whole text, and only the last would count. */
  readonly values: Map<string, string>;
}

/**
 * Samples in Prometheus' text format with Ceilometer's names and labels, in the order in which the metrics and series first
 * occur. Of several samples of a series the last one is written.
 */
export function metricTexts(samples: readonly Sample[], compat: Compat): readonly MetricText[] {
  const families = new Map<string, Family>();
  for (const sample of samples) {
    const name = metricName(sample.name);
    let family = families.get(name);
    if (!family) {
      family = { type: metricType(sample), samples: 0, values: new Map() };
      families.set(name, family);
    }
    family.samples++;
    family.values.set(`${name}${labels(sample, compat)}`, valueText(sample));
  }
  return [...families].map(([name, { type, samples: count, values }]) => ({
    name,
    samples: count,
    text: `${type ? `# TYPE ${name} ${type}\n` : ''}${[...values].map(([series, value]) => `${series} ${value}\n`).join('')}`,
  }));
}

/** The gateway takes no other characters; Ceilometer knows of `.` and `-` only. */
function metricName(meter: string): string {
  return meter.replace(/[^a-zA-Z0-9_:]/g, '_').replace(/^(?=\d)/, '_');
}

/** None for a delta, which is neither: the gateway calls it untyped. */
function metricType({ type }: Sample): Family['type'] {
  return type === 'cumulative' ? 'counter' : type === 'gauge' ? 'gauge' : undefined;
}

/** `user_id` came after 19.0.0. Who owns nothing is `None`, as Python says it: the series go on. */
function labels({ resourceId, userId, projectId }: Sample, compat: Compat): string {
  const user = compat === 'head' ? `, user_id="${escape(userId ?? 'None')}"` : '';
  return `{resource_id="${escape(resourceId)}"${user}, project_id="${escape(projectId ?? 'None')}"}`;
}

function escape(value: string): string {
  return value.replace(/[\\"]/g, '\\$&').replaceAll('\n', '\\n');
}

function valueText(sample: Sample): string {
  if (Number.isFinite(sample.volume)) return pythonVolume(sample);
  return Number.isNaN(sample.volume) ? 'NaN' : sample.volume > 0 ? '+Inf' : '-Inf';
}
