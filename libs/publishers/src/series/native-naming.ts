import type { Metadata, MetadataValue, Sample } from '@nephometer/sample';
import { sortLabels, toNamePart } from './metric.ts';
import type { Label, Naming } from './metric.ts';
import { parseUnit } from './unit.ts';

/** Endings that OpenMetrics gives a meaning, which a gauge must not claim. */
const reserved = /_(total|count|sum|bucket|created|info)$/;

/**
 * Names by the conventions of Prometheus: `nephometer_`, the name of the meter, its base unit, and `_total` if it is a
 * counter. Cumulative meters are counters; levels and deltas are gauges.
 */
export const nativeNaming: Naming = {
  metric({ name, type, unit }) {
    // `iops` are counts per second by their name already.
    const [, amount, perSecond] = /^(.*?)(\/s)?$/s.exec(unit === 'count/s' ? '' : unit) ?? [];
    const { word, multiplier, divisor } = parseUnit(amount ?? '');
    let family = `nephometer_${toNamePart(name)}`;
    if (perSecond !== undefined) family = without(family, '_rate');
    if (type === 'delta') family = without(family, '_delta');
    if (type === 'cumulative') family = without(family, '_total');
    if (word !== '') family = without(family, `_${word}`);
    if (type === 'delta') family += '_delta';
    if (word !== '') family += `_${word}`;
    if (perSecond !== undefined) family += '_per_second';
    const isCounter = type === 'cumulative';
    if (!isCounter && reserved.test(family)) family += '_value';
    return {
      family: {
        name: family,
        seriesName: isCounter ? `${family}_total` : family,
        type: isCounter ? 'counter' : 'gauge',
        unit: perSecond !== undefined && word !== '' ? `${word}_per_second` : word,
        help: help(name, type, word, perSecond !== undefined),
        meter: name,
      },
      multiplier,
      divisor,
      labels: [],
    };
  },
  labels({ resourceId, userId, userName, projectId, projectName, resourceMetadata }) {
    const { flavor, instance_type: instanceType } = resourceMetadata;
    return sortLabels([
      ['device', deviceOf(resourceMetadata)],
      ['flavor', textOf(fieldOf(flavor, 'name')) || textOf(instanceType)],
      ['host', textOf(resourceMetadata['instance_host'])],
      ['instance_id', textOf(resourceMetadata['instance_id'])],
      ['instance_name', textOf(resourceMetadata['display_name'])],
      ['project_id', projectId ?? ''],
      ['project_name', projectName ?? ''],
      ['resource_id', resourceId],
      ['user_id', userId ?? ''],
      ['user_name', userName ?? ''],
    ] satisfies Label[]);
  },
};

/** The disk or network card that a sample is about; empty if it is about something else. */
export function deviceOf(metadata: Metadata): string {
  const disk = textOf(metadata['disk_name']);
  if (disk !== '') return disk;
  // Of a network card, `name` is the device; of anything else, the instance.
  return metadata['vnic_name'] === undefined ? '' : textOf(metadata['name']);
}

/** A value of metadata as the text of a label; what is neither text nor number is none. */
export function textOf(value: MetadataValue | undefined): string {
  if (typeof value === 'string') return value;
  return typeof value === 'number' ? String(value) : '';
}

/** A field of a value that may be an object. */
export function fieldOf(value: MetadataValue | undefined, name: string): MetadataValue | undefined {
  if (typeof value !== 'object' || value === null || !Object.hasOwn(value, name)) return undefined;
  return (value as Metadata)[name];
}

function without(name: string, ending: string): string {
  return name.endsWith(ending) ? name.slice(0, -ending.length) : name;
}

function help(name: string, type: Sample['type'], word: string, perSecond: boolean): string {
  const amount = [word, ...(perSecond ? ['per second'] : [])].join(' ').trim();
  const what = type === 'delta' ? 'growth since the reading before' : type === 'cumulative' ? 'total' : 'level';
  return `Meter ${name}: ${what}${amount === '' ? '' : `, in ${amount}`}.`;
}
