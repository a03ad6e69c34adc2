/** What one process is to measure. */
export interface SubjectOrder {
  /** The steps that all publishers share, or the publisher of these URLs. */
  readonly target: 'shared' | Target;
  readonly guests: number;
  readonly rounds: number;
  /** Its own, for queues. */
  readonly directory: string;
}

/** Where a publisher delivers to. */
export interface Target {
  readonly urls: readonly string[];
  /** Told in the report, where the target is not a whole server. */
  readonly note?: string;
  /** Fetched after each cycle. */
  readonly fetchAfterCycle?: string;
}
