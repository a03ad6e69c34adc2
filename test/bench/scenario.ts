/** What a scenario may use. */
export interface ScenarioContext {
  /** Numbers of guests to measure with, rising; for scenarios with real guests. */
  readonly guests: readonly number[];
  /** What to measure, for scenarios that have {@link Scenario.subjects}; empty: all. */
  readonly subjects: readonly string[];
  /** Measured rounds; each contender has one turn in each. */
  readonly rounds: number;
  /** Says how far it is, for people. */
  readonly progress: (text: string) => void;
  readonly signal: AbortSignal;
}

/** A number of measurements, summed up. */
export interface Spread {
  readonly median: number;
  /** First and third quartile: half of the measurements lie between them. */
  readonly q1: number;
  readonly q3: number;
  readonly min: number;
  readonly max: number;
}

/** What a scenario found. */
export interface ScenarioResult {
  /** For people, line by line: ratios first, for they outlive the machine. */
  readonly report: readonly string[];
  /** For programs: becomes part of the result file. */
  readonly document: object;
}

/**
 * One comparison. It makes what it needs and removes it, also when aborted; contenders take turns within one run, since
 * times of different runs on a shared machine tell nothing.
 */
export interface Scenario {
  /** Names its result file, and it on the command line. */
  readonly name: string;
  readonly title: string;
  /** Rounds if nobody says how many. */
  readonly rounds: number;
  /** Parts of it that can be measured alone. */
  readonly subjects: readonly string[];
  run(context: ScenarioContext): Promise<ScenarioResult>;
}
