import type { JudgedDifference, SeriesResult, Verdict } from './compare-all.ts';
import type { DifferenceKind } from './difference.ts';

/** What a run found, as `--json` prints it. Counts are of series: a meter of one resource. */
export interface Report {
  /** Whether something was compared and all of it agrees, known differences aside. */
  readonly agrees: boolean;
  readonly meters: readonly MeterReport[];
  /** What counts, most series first. */
  readonly differences: readonly DifferenceReport[];
  /** What is meant to be. */
  readonly known: readonly DifferenceReport[];
  /** Series that were not compared, by the reason. */
  readonly notCompared: readonly { readonly why: string; readonly series: number }[];
}

/** One line of the table. */
export interface MeterReport {
  readonly meter: string;
  /** Series of both sides that were compared: those that agree, differ, or differ on purpose. */
  readonly compared: number;
  readonly agree: number;
  readonly differ: number;
  readonly known: number;
  readonly onlyOurs: number;
  readonly onlyTheirs: number;
  readonly notCompared: number;
  /** Series with samples that moved too much to be compared closely. */
  readonly moved: number;
  /** What differs: fields and kinds, each once. */
  readonly why: readonly string[];
  /** What differs on purpose. */
  readonly whyKnown: readonly string[];
}

/** Differences of one kind, in one field, for one reason. */
export interface DifferenceReport {
  readonly kind: DifferenceKind;
  /** The field, where the kind does not say it all. */
  readonly what: string;
  readonly reason?: string;
  readonly series: number;
  readonly meters: readonly string[];
  readonly example: {
    readonly meter: string;
    readonly resourceId: string;
    /** Time of the sample, ISO 8601 in UTC. */
    readonly at: string;
    /** The value as JSON, or in words; `null`: none. */
    readonly ours: string | null;
    readonly theirs: string | null;
  };
}

/** Sums up what became of the series, which come sorted by meter. */
export function summarize(results: readonly SeriesResult[]): Report {
  const meters = [...Map.groupBy(results, ({ meter }) => meter)].map(([meter, own]) => reportMeter(meter, own));
  const all = results.flatMap((result) => result.differences.map((difference) => ({ result, difference })));
  const grouped = groupDifferences(all);
  const differences = grouped.filter(({ reason }) => reason === undefined);
  const known = grouped.filter(({ reason }) => reason !== undefined);
  const uncompared = Map.groupBy(
    results.filter(({ verdict }) => verdict === 'not-compared'),
    ({ why = '' }) => why,
  );
  return {
    agrees: results.some(({ verdict }) => verdict === 'agree') && differences.length === 0,
    meters,
    differences,
    known,
    notCompared: [...uncompared].map(([why, { length: series }]) => ({ why, series })),
  };
}

function reportMeter(meter: string, results: readonly SeriesResult[]): MeterReport {
  const count = (verdict: Verdict): number => results.filter((result) => result.verdict === verdict).length;
  const moved = results.filter((result) => result.moved > 0).length;
  const compared = results.filter((result) => result.compared > 0).length;
  const differences = results.flatMap((result) => result.differences);
  const counting = differences.filter(({ reason }) => reason === undefined);
  const meant = differences.filter(({ reason }) => reason !== undefined);
  return {
    meter,
    compared,
    agree: count('agree'),
    differ: count('differ'),
    known: count('known'),
    onlyOurs: count('only-ours'),
    onlyTheirs: count('only-theirs'),
    notCompared: count('not-compared'),
    moved,
    why: [...new Set(counting.map(shortName))],
    whyKnown: [...new Set(meant.map(shortName))],
  };
}

function shortName({ kind, what }: JudgedDifference): string {
  const field = what.replace(/^resource_metadata\b/, 'metadata');
  if (field === '' || field === kind) return kind;
  return kind === 'key-order' ? `${kind} ${field}` : field;
}

interface Found {
  readonly result: SeriesResult;
  readonly difference: JudgedDifference;
}

function groupDifferences(all: readonly Found[]): DifferenceReport[] {
  const groups = Map.groupBy(all, ({ difference: { kind, what, reason = '' } }) =>
    JSON.stringify([kind, what, reason]),
  );
  return [...groups.values()]
    .flatMap((group): DifferenceReport[] => {
      const [first] = group;
      if (first === undefined) return [];
      const { kind, what, reason, atMs, ours = null, theirs = null } = first.difference;
      const { meter, resourceId } = first.result;
      return [
        {
          kind,
          what,
          ...(reason !== undefined && { reason }),
          series: group.length,
          meters: [...new Set(group.map(({ result }) => result.meter))],
          example: { meter, resourceId, at: new Date(atMs).toISOString(), ours, theirs },
        },
      ];
    })
    .sort((left, right) => right.series - left.series);
}
