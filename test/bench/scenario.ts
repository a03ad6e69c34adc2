/** What a scenario may use. */
export interface ScenarioContext {
  /** Numbers of guests to measure with, rising. */
  readonly guests: readonly number[];
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

/** How one contender did with one number of guests. */
export interface ContenderResult {
  readonly contender: string;
  /** How it was measured, for the reader of the result. */
  readonly how: string;
  readonly wallMs: Spread;
  /** CPU that the contender itself used per turn, all its threads. */
  readonly cpuMs: Spread;
  /** CPU that libvirtd used per turn. */
  readonly libvirtdCpuMs: Spread;
  /** Guests in the last answer, for a check that all contenders did the same work. */
  readonly guestsSeen: number;
}

/** A ratio of our own contender to another one, of the same rounds. Below 1, ours is faster. */
export interface Ratio {
  readonly of: string;
  readonly to: string;
  readonly wall: Spread;
}

/** All contenders with one number of guests. */
export interface ScenarioCase {
  readonly guests: number;
  readonly ratios: readonly Ratio[];
  readonly contenders: readonly ContenderResult[];
}

/** What a scenario found. */
export interface ScenarioResult {
  readonly notes: readonly string[];
  readonly cases: readonly ScenarioCase[];
}

/**
 * One comparison. It makes what it needs and removes it, also when aborted; contenders take turns within one run, since
 * times of different runs on a shared machine tell nothing.
 */
export interface Scenario {
  /** Names its result file and `--only`. */
  readonly name: string;
  readonly title: string;
  run(context: ScenarioContext): Promise<ScenarioResult>;
}
