import { compareFacts } from './compare-facts.ts';
import type { Difference } from './difference.ts';
import type { Gaps } from './gaps.ts';
import { isOfSpan, judgeDelta, judgeVolume } from './judge-volume.ts';
import type { DeltaBounds, VolumeVerdict } from './judge-volume.ts';
import type { Window } from './read-windows.ts';
import type { Reading, Series } from './series-store.ts';

/** What became of a series that both sides have. */
export interface SeriesComparison {
  /** Samples of Ceilometer's that had readings of ours around them. 0: nothing was compared. */
  readonly compared: number;
  /** Those of them that moved too much to be compared closely. */
  readonly moved: number;
  /** Samples of Ceilometer's that had them, too, but others of the time may be missing. */
  readonly doubtful: number;
  /** Each kind of difference once for each field, the last one seen. */
  readonly differences: readonly Difference[];
}

/** What is known of the time in which the samples of a series were taken. */
export interface SeriesTimes {
  /** When a sample of Ceilometer's was really read, by its timestamp. */
  readonly windowOf: (atMs: number) => Window;
  /** When samples of Ceilometer's may be missing. */
  readonly gaps: Gaps;
}

/** So many readings of a gauge cannot all lie beyond ours by chance. */
const TOO_MANY_MOVED = 4;

/**
 * Compares each sample of Ceilometer's that has readings of ours before and after it with these. What is said besides the
 * volume must be what one of these says. Where other samples may be missing it is not known when one was really read, nor
 * since when a delta counts.
 */
export function compareSeries(
  { ours, theirs }: Pick<Series, 'ours' | 'theirs'>,
  { windowOf, gaps }: SeriesTimes,
): SeriesComparison {
  const differences = new Map<string, Difference>();
  const note = (difference: Difference): void => {
    differences.set(`${difference.kind} ${difference.what}`, difference);
  };
  const verdicts: VolumeVerdict[] = [];
  const ways = { ourWay: wayOf(ours), theirWay: wayOf(theirs) };
  let previous: Window | undefined;
  let doubtful = 0;
  let lastMoved: Difference | undefined;
  for (const reading of theirs) {
    const window = windowOf(reading.atMs);
    const span = spanOf(reading, window, previous);
    previous = window;
    const around = span && readingsAround(ours, span);
    if (span === undefined || around === undefined) continue;
    if (gaps.touch(span)) {
      doubtful += 1;
      continue;
    }
    for (const difference of factsAgainst(around, reading)) note(difference);
    const volumes = around.map(({ volume }) => volume);
    const verdict =
      reading.facts.type === 'delta'
        ? judgeDelta(reading.volume, boundsOf(around, span))
        : judgeVolume({ ...reading.facts, theirs: reading.volume, around: volumes, ...ways });
    verdicts.push(verdict);
    if (verdict === 'differs') note(volumeDifference(reading, around));
    if (verdict === 'moved' && !isOfSpan(reading.facts)) lastMoved = volumeDifference(reading, around);
    if (verdict === 'equal' && around.every(({ isFloat }) => isFloat !== reading.isFloat)) {
      note({ kind: 'number-form', what: '', ...numberForms(reading), atMs: reading.atMs });
    }
  }
  const moved = verdicts.filter((verdict) => verdict === 'moved').length;
  if (lastMoved !== undefined && moved >= TOO_MANY_MOVED && moved === verdicts.length) note(lastMoved);
  return { compared: verdicts.length, moved, doubtful, differences: [...differences.values()] };
}

/** The time that a sample speaks of: at most all of the window; at least `certain`, which may be nothing. */
interface Span extends Window {
  readonly certain: Window;
}

/** A moment, or for what is made from two readings the time since its predecessor. */
function spanOf({ facts }: Reading, window: Window, previous: Window | undefined): Span | undefined {
  if (!isOfSpan(facts)) return { ...window, certain: window };
  if (previous === undefined) return undefined;
  return { fromMs: previous.fromMs, toMs: window.toMs, certain: { fromMs: previous.toMs, toMs: window.fromMs } };
}

/** Our readings from the last one before a span to the first one after it; nothing if one of the two is missing. */
export function readingsAround(ours: readonly Reading[], { fromMs, toMs }: Window): readonly Reading[] | undefined {
  const first = ours.findLastIndex(({ atMs }) => atMs <= fromMs);
  const last = ours.findIndex(({ atMs }) => atMs >= toMs);
  return first < 0 || last < 0 ? undefined : ours.slice(first, last + 1);
}

function factsAgainst(around: readonly Reading[], { facts, atMs }: Reading): Difference[] {
  let fewest: readonly Omit<Difference, 'atMs'>[] | undefined;
  for (const own of new Set(around.map((reading) => reading.facts))) {
    const differences = compareFacts(own, facts);
    if (fewest === undefined || differences.length < fewest.length) fewest = differences;
  }
  return (fewest ?? []).map((difference) => ({ ...difference, atMs }));
}

/** A delta of ours counts from the reading before it, so the first one around belongs to an earlier span. */
function boundsOf(around: readonly Reading[], { certain }: Span): DeltaBounds {
  const inside = around.filter(({ atMs }) => atMs >= certain.fromMs && atMs <= certain.toMs);
  return { least: sum(inside.slice(1)), most: sum(around.slice(1)) };
}

function volumeDifference({ volume, atMs }: Reading, around: readonly Reading[]): Difference {
  const volumes = around.map((reading) => reading.volume);
  const ours =
    new Set(volumes).size === 1 ? `${volumes[0]}` : `from ${Math.min(...volumes)} to ${Math.max(...volumes)}`;
  return { kind: 'volume', what: '', ours, theirs: `${volume}`, atMs };
}

function numberForms({ volume, isFloat }: Reading): { readonly ours: string; readonly theirs: string } {
  const float = Number.isInteger(volume) ? `${volume}.0` : `${volume}`;
  return isFloat ? { ours: `${volume}`, theirs: float } : { ours: float, theirs: `${volume}` };
}

function wayOf(readings: readonly Reading[]): number {
  let lowest = Infinity;
  let highest = -Infinity;
  for (const { volume } of readings) {
    lowest = Math.min(lowest, volume);
    highest = Math.max(highest, volume);
  }
  return readings.length === 0 ? 0 : highest - lowest;
}

function sum(readings: readonly Reading[]): number {
  return readings.reduce((total, { volume }) => total + volume, 0);
}
