import { parseObservation } from './parse-observation.ts';
import type { LineProblem } from './parse-observation.ts';
import type { FollowedFile } from './follow-file.ts';
import type { SeriesStore } from './series-store.ts';

/** Lines of Ceilometer's file that are no samples, by the reason. */
export interface LineProblemCount {
  readonly problem: LineProblem;
  readonly lines: number;
  /** The beginning of the first one. */
  readonly example: string;
}

/** Ceilometer's side of a comparison. */
export interface TheirSamples {
  /** Takes what has been written since the last call. Rejects as the file does. */
  take(signal: AbortSignal): Promise<void>;
  /** Most lines first. */
  problems(): readonly LineProblemCount[];
}

const EXAMPLE_LENGTH = 80;

/** Puts the samples of a file that is followed into a store. */
export function takeTheirSamples(file: FollowedFile, store: Pick<SeriesStore, 'add'>): TheirSamples {
  const problems = new Map<LineProblem, { lines: number; readonly example: string }>();
  return {
    async take(signal) {
      for await (const lines of file.read(signal)) {
        for (const line of lines) {
          const parsed = parseObservation(line);
          if (parsed.problem === undefined) {
            store.add('theirs', parsed.observation);
            continue;
          }
          const known = problems.get(parsed.problem);
          if (known !== undefined) known.lines += 1;
          else problems.set(parsed.problem, { lines: 1, example: line.slice(0, EXAMPLE_LENGTH) });
        }
      }
    },
    problems: () =>
      [...problems]
        .map(([problem, { lines, example }]) => ({ problem, lines, example }))
        .sort((left, right) => right.lines - left.lines),
  };
}
