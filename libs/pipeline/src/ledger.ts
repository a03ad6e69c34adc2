/** Why a sample was not delivered. */
export type DropReason =
  /** Its volume is not a finite number. */
  | 'invalid_volume'
  /** The publisher's queue was full, and it was the oldest in it. */
  | 'queue_full'
  /** The publisher reported an error for the batch it was in. */
  | 'publish_failed'
  /** The pipeline was closed before it was delivered. */
  | 'closed';

/** Samples that were not delivered, by reason. */
export type Dropped = Readonly<Record<DropReason, number>>;

/**
 * What became of all samples for one publisher since the start. At every moment
 * `polled = delivered + queued + the sum of dropped`.
 */
export interface Ledger {
  /** URL of the publisher, as in the configuration. */
  readonly url: string;
  /** Samples that a pipeline brought; one that came through two pipelines counts twice. */
  readonly polled: number;
  readonly delivered: number;
  /** Samples that wait or are being sent. */
  readonly queued: number;
  readonly dropped: Dropped;
}

/** No sample, for each reason. */
export function noneDropped(): Record<DropReason, number> {
  return { invalid_volume: 0, queue_full: 0, publish_failed: 0, closed: 0 };
}
