import type { Feed } from './feed.ts';
import type { LineProblem } from './parse-observation.ts';
import type { SeriesStore } from './series-store.ts';

/** Lines or messages of Ceilometer's that are no samples, by the reason. */
export interface LineProblemCount {
  readonly problem: LineProblem;
  readonly lines: number;
  /** The beginning of the first one. */
  readonly example: string;
}

/** Ceilometer's side of a comparison. */
export interface TheirSamples {
  /** Takes what has come since the last call. Rejects as the feed does. */
  take(signal: AbortSignal): Promise<void>;
  /** Most lines first. */
  problems(): readonly LineProblemCount[];
}

const EXAMPLE_LENGTH = 80;

/** Puts the samples that a feed brings into a store. */
export function takeTheirSamples(feed: Pick<Feed, 'read'>, store: Pick<SeriesStore, 'add'>): TheirSamples {
  const problems = new Map<LineProblem, { lines: number; readonly example: string }>();
  return {
    async take(signal) {
      for await (const arrivals of feed.read(signal)) {
        for (const { parsed, text } of arrivals) {
          if (parsed.problem === undefined) {
            store.add('theirs', parsed.observation);
            continue;
          }
          const known = problems.get(parsed.problem);
          if (known !== undefined) known.lines += 1;
          else problems.set(parsed.problem, { lines: 1, example: text.slice(0, EXAMPLE_LENGTH) });
        }
      }
    },
    problems: () =>
      [...problems]
        .map(([problem, { lines, example }]) => ({ problem, lines, example }))
        .sort((left, right) => right.lines - left.lines),
  };
}
