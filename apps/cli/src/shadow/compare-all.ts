import { compareSeries, readingsAround } from './compare-series.ts';
import type { Difference } from './difference.ts';
import { createGaps } from './gaps.ts';
import type { Gaps } from './gaps.ts';
import { matchHosts } from './hosts.ts';
import { isOfSpan } from './judge-volume.ts';
import { knownReason } from './known-differences.ts';
import type { KnownContext } from './known-differences.ts';
import type { Side } from './observation.ts';
import { gatherReadTimes } from './read-times.ts';
import type { ReadTimes } from './read-times.ts';
import type { Window } from './read-windows.ts';
import type { Series } from './series-store.ts';

/**
 * What became of a series: `agree`; `differ` in some field; `known`, where all that differs is meant to; there on one side
 * `only`; or not compared, for the reason given.
 */
export type Verdict = 'agree' | 'differ' | 'known' | 'only-ours' | 'only-theirs' | 'not-compared';

/** One series, judged. */
export interface SeriesResult {
  readonly meter: string;
  readonly resourceId: string;
  readonly verdict: Verdict;
  readonly differences: readonly JudgedDifference[];
  /** Samples of Ceilometer's that were compared, and those of them that moved too much for it; 0 where one side is missing. */
  readonly compared: number;
  readonly moved: number;
  /** Why it was not compared. */
  readonly why?: string;
}

/** A difference, and the reason if it is meant to be. */
export interface JudgedDifference extends Difference {
  readonly reason?: string;
}

const NOT_BETWEEN = "no sample of Ceilometer's came between two readings of ours";
const TOO_FEW = "no two samples of Ceilometer's came between two readings of ours, as a delta or a rate needs";
const IN_A_GAP = "samples of Ceilometer's may be missing at the time, see above";
const NOT_AT_THE_TIME = 'there on one side only, and the other one did not read it at the time';

/**
 * Judges every series. A host counts only if both sides know a guest on it: a file may be that of one host or of the whole
 * cloud, and so may our inspectors.
 *
 * @param lost when samples of Ceilometer's may have come that are not known
 */
export function compareAll(
  all: readonly Series[],
  known: Omit<KnownContext, 'theirGuests'>,
  lost: readonly Window[] = [],
): SeriesResult[] {
  const gaps = createGaps(lost);
  const hosts = matchHosts(all);
  const context: KnownContext = { ...known, theirGuests: hosts.theirGuests };
  const times = gatherReadTimes(all, hosts);
  return all.map((series) => {
    const host = hosts.of(series);
    if (!hosts.isShared(host)) return uncompared(series, `no guest of host ${host} is known to both sides`);
    if (series.theirs.length === 0 || series.ours.length === 0) {
      return judgeOneSided({ series, host, times, gaps, context });
    }
    const comparison = compareSeries(series, { windowOf: times.windowsOf(host), gaps });
    const { compared, moved, doubtful, differences } = comparison;
    if (compared === 0) {
      if (doubtful > 0) return uncompared(series, IN_A_GAP);
      return uncompared(series, series.theirs.some(({ facts }) => isOfSpan(facts)) ? TOO_FEW : NOT_BETWEEN);
    }
    return { ...judged(series, differences, context), compared, moved };
  });
}

interface OneSided {
  readonly series: Series;
  readonly host: string;
  readonly times: ReadTimes;
  readonly gaps: Gaps;
  readonly context: KnownContext;
}

/** A series of one side counts as missing on the other one if that read the host while the series was there. */
function judgeOneSided({ series, host, times, gaps, context }: OneSided): SeriesResult {
  const side: Side = series.theirs.length === 0 ? 'ours' : 'theirs';
  const windows = side === 'ours' ? theirReadings(series, host, times) : theirSamples(series, host, times);
  if (windows.length === 0) return uncompared(series, NOT_AT_THE_TIME);
  if (windows.every((window) => gaps.touch(window))) return uncompared(series, IN_A_GAP);
  const kind = `only-${side}` as const;
  const last = series[side].at(-1);
  const result = judged(series, [{ kind, what: '', [side]: `${last?.volume}`, atMs: last?.atMs ?? 0 }], context);
  return result.verdict === 'known' ? result : { ...result, verdict: kind };
}

/** When Ceilometer read the host while we had the series before and after. */
function theirReadings({ meter, ours }: Series, host: string, times: ReadTimes): Window[] {
  return times.theirs(meter, host).filter((window) => readingsAround(ours, window) !== undefined);
}

/** When Ceilometer read the series while we read the host before and after. */
function theirSamples({ meter, theirs }: Series, host: string, times: ReadTimes): Window[] {
  const ours = times.ours(meter, host);
  const earliest = ours.reduce((least, atMs) => Math.min(least, atMs), Infinity);
  const latest = ours.reduce((most, atMs) => Math.max(most, atMs), -Infinity);
  const windowOf = times.windowsOf(host);
  return theirs.map(({ atMs }) => windowOf(atMs)).filter(({ fromMs, toMs }) => earliest <= fromMs && latest >= toMs);
}

function judged(series: Series, differences: readonly Difference[], context: KnownContext): SeriesResult {
  const all = differences.map((difference): JudgedDifference => {
    const reason = knownReason({ difference, series, context });
    return { ...difference, ...(reason !== undefined && { reason }) };
  });
  const isMeant = all.every(({ reason }) => reason !== undefined);
  const verdict = all.length === 0 ? 'agree' : isMeant ? 'known' : 'differ';
  const { meter, resourceId } = series;
  return { meter, resourceId, verdict, differences: all, compared: 0, moved: 0 };
}

function uncompared({ meter, resourceId }: Series, why: string): SeriesResult {
  return { meter, resourceId, verdict: 'not-compared', differences: [], compared: 0, moved: 0, why };
}
