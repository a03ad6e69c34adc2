import type { Measured } from './measure-contenders.ts';

/** A subject that was measured. */
export interface MeasuredSubject {
  readonly subject: string;
  /** What a reader of the numbers has to know. */
  readonly remarks: readonly string[];
  /** Beside the counting publisher behind a queue in memory, which comes first and was measured with each subject anew. */
  readonly measured: readonly Measured[];
}

/** A subject without numbers. */
export interface MissingSubject {
  readonly subject: string;
  readonly reason: string;
}

/** What delivering took. */
export interface DeliveryResult {
  readonly guests: number;
  readonly samplesPerCycle: number;
  readonly subjects: readonly MeasuredSubject[];
  readonly missing: readonly MissingSubject[];
}
