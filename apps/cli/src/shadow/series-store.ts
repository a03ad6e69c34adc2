import type { Facts, Observation, Side } from './observation.ts';

/** One sample of a series. */
export interface Reading {
  readonly atMs: number;
  readonly volume: number;
  readonly isFloat: boolean;
  readonly facts: Facts;
}

/** What both sides said about one meter of one resource, each in the order of time. */
export interface Series {
  readonly meter: string;
  readonly resourceId: string;
  readonly ours: readonly Reading[];
  readonly theirs: readonly Reading[];
}

/** Everything that was read, by series. */
export interface SeriesStore {
  add(side: Side, observation: Observation): void;
  /** Sorted by meter and resource. */
  series(): Series[];
  /** Samples so far, repeated ones not counted. */
  count(side: Side): number;
  /** Readings that were forgotten, see {@link createSeriesStore}. */
  readonly forgotten: number;
}

const READINGS_PER_SERIES = 2000;

/**
 * An empty store. A sample that comes twice (a pipeline may send it through two sinks) counts once. It keeps the last 2,000
 * readings of each side of a series, so that a comparison may run for days.
 *
 * @param limit another number to keep
 */
export function createSeriesStore(limit: number = READINGS_PER_SERIES): SeriesStore {
  const all = new Map<string, { meter: string; resourceId: string; ours: Reading[]; theirs: Reading[] }>();
  const facts = new Map<string, Facts>();
  const counts = { ours: 0, theirs: 0 };
  let forgotten = 0;

  const shared = (own: Facts): Facts => {
    const key = JSON.stringify(own);
    const known = facts.get(key);
    if (known !== undefined) return known;
    facts.set(key, own);
    return own;
  };

  return {
    add(side, { meter, resourceId, atMs, volume, isFloat, facts: own }) {
      const key = JSON.stringify([meter, resourceId]);
      let series = all.get(key);
      if (series === undefined) {
        series = { meter, resourceId, ours: [], theirs: [] };
        all.set(key, series);
      }
      if (!insert(series[side], { atMs, volume, isFloat, facts: shared(own) })) return;
      counts[side] += 1;
      if (series[side].length > limit) {
        series[side].shift();
        forgotten += 1;
      }
    },
    series: () =>
      [...all.values()].sort(
        (left, right) => compareText(left.meter, right.meter) || compareText(left.resourceId, right.resourceId),
      ),
    count: (side) => counts[side],
    get forgotten() {
      return forgotten;
    },
  };
}

/** Puts a reading in its place, almost always the last one. False if it is there already. */
function insert(readings: Reading[], reading: Reading): boolean {
  let index = readings.length;
  for (; index > 0; index -= 1) {
    const before = readings[index - 1];
    if (before === undefined || before.atMs < reading.atMs) break;
    if (before.atMs === reading.atMs && before.volume === reading.volume && before.facts === reading.facts)
      return false;
  }
  readings.splice(index, 0, reading);
  return true;
}

function compareText(left: string, right: string): number {
  return left < right ? -1 : left > right ? 1 : 0;
}
