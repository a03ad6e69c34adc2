import { pythonFloat } from './python-float.ts';
import type { Compat } from './compat.ts';
import type { Metadata } from './resource.ts';
import type { Sample } from './sample.ts';

/** How a language writes what a sample is made of. */
export interface DictNotation {
  /** A text, in quotes. */
  readonly text: (value: string) => string;
  /** What stands for nothing. */
  readonly none: string;
  readonly volume: (sample: Sample) => string;
  /** Asked for each sample: to be kept for as long as the metadata itself. */
  readonly metadata: (metadata: Metadata) => string;
}

/**
 * Writes samples as Ceilometer's `Sample.as_dict()`, each in three pieces that stand one behind the other. The one in the middle, by
 * far the longest, is the same text for all samples that share their metadata: who makes bytes need not put the pieces together
 * first.
 */
export interface DictWriter {
  readonly head: (sample: Sample) => string;
  readonly metadata: (sample: Sample) => string;
  readonly tail: (sample: Sample) => string;
}

/** More meters than anybody has; of names that are made up without end, no more are kept. */
const mostMeters = 1000;

/**
 * A {@link DictWriter} with the fields and their order as a version of Ceilometer has them: names of user and project only at `head`,
 * the monotonic time not in `2015`. It keeps what meters begin with, and of the rest what the last sample said.
 */
export function createDictWriter(notation: DictNotation, compat: Compat): DictWriter {
  const { text, none } = notation;
  const orNone = (value: string | null): string => (value === null ? none : text(value));
  /** What stands before the value of a field that is not the first one. */
  const next = (name: string): string => `, ${text(name)}: `;
  const named = (name: string, value: string | null): string =>
    compat === 'head' ? `${next(name)}${orNone(value)}` : '';
  const [resourceId, metadata, id] = [next('resource_id'), next('resource_metadata'), next('id')];

  const meters = new Map<string, { readonly type: string; readonly unit: string; readonly head: string }>();
  function meterOf({ name, type, unit }: Sample): string {
    const kept = meters.get(name);
    if (kept?.type === type && kept.unit === unit) return kept.head;
    const head = `{${text('name')}: ${text(name)}${next('type')}${text(type)}${next('unit')}${text(unit)}${next('volume')}`;
    if (meters.size >= mostMeters) meters.clear();
    meters.set(name, { type, unit, head });
    return head;
  }

  // Samples come by host and guest: what is not of the meter or the device is mostly that of the sample before.
  let last: Sample | undefined;
  const common = { owner: '', timestamp: '', source: '', end: '' };
  function commonOf(sample: Sample): typeof common {
    if (last !== undefined && isAlike(sample, last)) return common;
    const { userId, userName, projectId, projectName, timestamp, source, monotonicTime } = sample;
    const user = next('user_id') + orNone(userId) + named('user_name', userName);
    const project = next('project_id') + orNone(projectId) + named('project_name', projectName);
    const time = next('monotonic_time') + (monotonicTime === null ? none : pythonFloat(monotonicTime));
    common.owner = user + project + resourceId;
    common.timestamp = next('timestamp') + text(timestamp) + metadata;
    common.source = next('source') + text(source) + id;
    common.end = compat === '2015' ? '}' : `${time}}`;
    last = sample;
    return common;
  }

  return {
    head(sample) {
      const { owner, timestamp } = commonOf(sample);
      return meterOf(sample) + notation.volume(sample) + owner + text(sample.resourceId) + timestamp;
    },
    metadata: (sample) => notation.metadata(sample.resourceMetadata),
    tail(sample) {
      const { source, end } = commonOf(sample);
      return source + text(sample.id) + end;
    },
  };
}

function isAlike(one: Sample, other: Sample): boolean {
  return (
    one.timestamp === other.timestamp &&
    one.monotonicTime === other.monotonicTime &&
    one.userId === other.userId &&
    one.projectId === other.projectId &&
    one.userName === other.userName &&
    one.projectName === other.projectName &&
    one.source === other.source
  );
}
