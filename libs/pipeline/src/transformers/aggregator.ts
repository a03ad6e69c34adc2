import type { Sample } from '@nephometer/sample';
import { add } from './amount.ts';
import type { FactoryInput, ReportingTransformer, TransformerSettings } from './factory.ts';
import { readNaming } from './naming.ts';
import type { Naming } from './naming.ts';
import { choiceOf, entriesOf, numberOf, refuse, wholeNumberOf } from './parameters.ts';
import type { Place } from './parameters.ts';
import { keyOf } from './recent-map.ts';
import { readScale } from './scale.ts';
import type { Scale } from './scale.ts';
import { timestampUs } from './timestamp-us.ts';

/** Of several samples, the attribute of the first or of the last one. */
type Policy = 'first' | 'last';

interface AggregatorConfig {
  readonly naming: Naming;
  readonly scale: Scale;
  /** `Infinity` if only the time counts. */
  readonly size: number;
  /** `Infinity` if only the number counts. */
  readonly retentionMs: number;
  /** `undefined`: samples of different ones are not aggregated. */
  readonly projectId: Policy | undefined;
  readonly userId: Policy | undefined;
  readonly metadata: Policy | 'drop';
}

/** Samples that became one. */
interface Aggregate {
  readonly sample: Sample;
  readonly count: number;
}

/**
 * `aggregator`: samples of one meter and resource (and one project and user, unless `project_id` or `user_id` say which to
 * keep) become one, when a batch ends and there are at least `size` samples of any kind (default 1), or the first one is more
 * than `retention_time` seconds old by this machine's clock. Cumulative: the last volume; delta: the sum; gauge: the mean.
 * The timestamp is that of the first. If `size` is empty, only the time counts. There are at most as many aggregates as
 * `stateLimit` says and one batch brings: then they are given before their time.
 */
export const aggregator: FactoryInput<AggregatorConfig> = {
  name: 'aggregator',
  read(place) {
    const keys = ['source', 'target', 'size', 'retention_time', 'project_id', 'user_id', 'resource_metadata'] as const;
    const entry = entriesOf(place, keys);
    const naming = readNaming(entry('source'), entry('target'));
    const size = wholeNumberOf(entry('size'), Number.MAX_SAFE_INTEGER);
    const retentionS = numberOf(entry('retention_time'));
    refuseNegative(entry('size'), size);
    refuseNegative(entry('retention_time'), retentionS);
    const isTimed = retentionS !== undefined && retentionS > 0;
    // `size:` without a value, or 0, is no size at all; without the key it is 1.
    const isUnsized = size === 0 || entry('size').value === null;
    return {
      naming,
      scale: readScale(naming.scale),
      size: isUnsized && isTimed ? Infinity : Math.max(1, size ?? 1),
      retentionMs: isTimed ? retentionS * 1000 : Infinity,
      projectId: choiceOf(entry('project_id'), ['first', 'last']),
      userId: choiceOf(entry('user_id'), ['first', 'last']),
      metadata: choiceOf(entry('resource_metadata'), ['last', 'first', 'drop']) ?? 'last',
    };
  },
  create: createAggregator,
};

function refuseNegative(place: Place, value: number | undefined): void {
  if (value !== undefined && value < 0) refuse(place, `expected at least 0, got ${value}`);
}

function createAggregator(config: AggregatorConfig, settings: TransformerSettings): ReportingTransformer {
  const aggregates = new Map<string, Aggregate>();
  let taken = 0;
  let firstMs: number | undefined;

  function isDue(): boolean {
    if (firstMs === undefined) return false;
    const expired = settings.now() - firstMs > config.retentionMs;
    return expired || taken >= config.size || aggregates.size >= settings.stateLimit;
  }

  return {
    handle(sample) {
      const key = keyOf(
        sample.name,
        sample.resourceId,
        config.projectId ? '' : sample.projectId,
        config.userId ? '' : sample.userId,
      );
      const sampleMs = timestampUs(sample.timestamp) / 1000;
      const aggregate = aggregates.get(key);
      const merged = aggregate ? merge(aggregate.sample, sample, config) : begin(sample, config, settings);
      aggregates.set(key, { sample: merged, count: (aggregate?.count ?? 0) + 1 });
      taken += 1;
      firstMs ??= sampleMs;
      return undefined;
    },
    flush() {
      if (!isDue()) return [];
      const given = [...aggregates.values()].map(conclude);
      aggregates.clear();
      taken = 0;
      firstMs = undefined;
      return given;
    },
    report: () => ({ held: aggregates.size, evicted: 0, failed: 0, error: undefined }),
  };
}

function begin(sample: Sample, { naming, scale, metadata }: AggregatorConfig, { nextId }: TransformerSettings): Sample {
  return {
    ...sample,
    name: naming.nameOf(sample),
    type: naming.typeOf(sample),
    unit: naming.unitOf(sample),
    ...scale(sample),
    resourceMetadata: metadata === 'drop' ? {} : sample.resourceMetadata,
    id: nextId(),
  };
}

function merge(aggregate: Sample, sample: Sample, { scale, projectId, userId, metadata }: AggregatorConfig): Sample {
  const amount = scale(sample);
  return {
    ...aggregate,
    ...(aggregate.type === 'cumulative' ? amount : add(aggregate, amount)),
    ...(projectId === 'last' && { projectId: sample.projectId }),
    ...(userId === 'last' && { userId: sample.userId }),
    ...(metadata === 'last' && { resourceMetadata: sample.resourceMetadata }),
  };
}

function conclude({ sample, count }: Aggregate): Sample {
  return sample.type === 'gauge' ? { ...sample, volume: sample.volume / count, isFloat: true } : sample;
}
