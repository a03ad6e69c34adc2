import type { Sample } from '@nephometer/sample';
import type { Metric, MetricFamily, Naming } from './metric.ts';

/** Meters are written down in files; more than this are made by a mistake. */
const mostMetrics = 10_000;

interface Known {
  readonly type: Sample['type'];
  readonly unit: string;
  readonly metric: Metric | string;
}

/**
 * What samples become, each kind made once; at most 10,000 of them. A text instead of a metric says why there is none.
 * Samples of one family share the family object, whatever their unit.
 */
export function createMetrics(naming: Naming): (sample: Sample) => Metric | string {
  const byMeter = new Map<string, Known[]>();
  const families = new Map<string, MetricFamily>();
  let count = 0;

  function make(sample: Sample): Metric | string {
    const metric = naming.metric(sample);
    const { family } = metric;
    const id = [family.name, ...metric.labels.flat()].join('\0');
    const other = families.get(family.name);
    if (other === undefined) {
      families.set(family.name, family);
      return { ...metric, id };
    }
    if (other.meter === family.meter && other.type === family.type) return { ...metric, id, family: other };
    return (
      `the meter ${JSON.stringify(sample.name)} (${sample.type}) would be the ${family.type} ${family.name}, ` +
      `a name that the meter ${JSON.stringify(other.meter)} has as a ${other.type}`
    );
  }

  return (sample) => {
    const { name, type, unit } = sample;
    let known = byMeter.get(name);
    for (const one of known ?? []) {
      if (one.type === type && one.unit === unit) return one.metric;
    }
    if (count === mostMetrics) return `there are ${mostMetrics} metrics already`;
    if (known === undefined) byMeter.set(name, (known = []));
    const metric = make(sample);
    known.push({ type, unit, metric });
    count += 1;
    return metric;
  };
}
