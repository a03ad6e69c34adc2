import type { Refusal } from '@nephometer/plugin';
import type { Sample } from '@nephometer/sample';
import { beginLifetime, continueLifetime, timeToLive } from '../series/lifetime.ts';
import type { Lifetime } from '../series/lifetime.ts';
import type { Metric, MetricFamily } from '../series/metric.ts';
import { createSeriesReader } from '../series/read-series.ts';
import { createRefusals } from '../refusals.ts';
import type { ResourceLabels } from '../series/resource-labels.ts';
import type { SeriesOptions } from '../series/series-options.ts';
import { labelText } from './label-text.ts';

/** A resource with its labels as they are written. */
export interface ExportedResource extends ResourceLabels {
  /** `a="b",c="d"` */
  readonly text: string;
}

/** The newest sample of a series. */
export interface ExportedSeries {
  metric: Metric;
  resource: ExportedResource;
  value: number;
  readonly life: Lifetime;
  /** Rises with each series that is begun. */
  readonly order: number;
}

/** All series of a name. */
export interface ExportedFamily {
  readonly family: MetricFamily;
  readonly series: Generator<ExportedSeries, void, undefined>;
}

/** What was last said about everything. Times are those of one monotonic clock, in milliseconds. */
export interface SeriesStore {
  /** Series at this moment, those included that have expired and have not been removed yet. */
  readonly size: number;
  /** Takes samples; those that are no news are passed over. Says what cannot be exported. */
  update(samples: readonly Sample[], nowMs: number): readonly Refusal[];
  /**
   * The families that have series, with the series that have not expired; expired ones are removed on the way. May be read
   * slowly, and by many at a time: a series that begins meanwhile is not seen, and none is seen twice.
   */
  read(nowMs: number): Generator<ExportedFamily, void, undefined>;
}

/** How often all series are looked at to make room, in milliseconds, at most. */
const sweepMs = 10_000;

/** A store without series. */
export function createSeriesStore({ naming, ttlMs, maxSeries }: SeriesOptions): SeriesStore {
  const read = createSeriesReader(naming, (labels): ExportedResource => {
    return { ...labels, text: labelText(labels.labels) };
  });
  const families = new Map<MetricFamily, Map<string, ExportedSeries>>();
  let size = 0;
  let begun = 0;
  let nextSweepMs = -Infinity;

  const isOver = ({ life }: ExportedSeries, nowMs: number): boolean => nowMs - life.seenMs > timeToLive(life, ttlMs);

  function* living(
    all: Map<string, ExportedSeries>,
    nowMs: number,
    lastOrder = Infinity,
  ): Generator<ExportedSeries, void, undefined> {
    for (const [identity, series] of all) {
      if (series.order > lastOrder) continue;
      if (!isOver(series, nowMs)) {
        yield series;
      } else if (all.get(identity) === series) {
        all.delete(identity);
        size -= 1;
      }
    }
  }

  /** Whether there is room for another one. */
  function hasRoom(nowMs: number): boolean {
    if (size >= maxSeries && nowMs >= nextSweepMs) {
      nextSweepMs = nowMs + sweepMs;
      for (const all of families.values()) {
        for (const _ of living(all, nowMs));
      }
    }
    return size < maxSeries;
  }

  return {
    get size() {
      return size;
    },
    update(samples, nowMs) {
      const refusals = createRefusals();
      for (const sample of samples) {
        const point = read(sample);
        if (typeof point === 'string') {
          refusals.add(point);
          continue;
        }
        const { metric, resource, value, timestampMs } = point;
        let all = families.get(metric.family);
        if (all === undefined) families.set(metric.family, (all = new Map<string, ExportedSeries>()));
        const series = all.get(resource.identity);
        if (series !== undefined) {
          if (!continueLifetime(series.life, timestampMs, nowMs)) continue;
          series.metric = metric;
          series.resource = resource;
          series.value = value;
        } else if (hasRoom(nowMs)) {
          const life = beginLifetime(timestampMs, nowMs);
          all.set(resource.identity, { metric, resource, value, life, order: (begun += 1) });
          size += 1;
        } else {
          refusals.add(`there are ${maxSeries} series already; max_series allows no more`);
        }
      }
      return refusals.list();
    },
    *read(nowMs) {
      const lastOrder = begun;
      for (const [family, all] of families) {
        if (all.size > 0) yield { family, series: living(all, nowMs, lastOrder) };
      }
    },
  };
}
