/** Why a sample was not delivered, in the order in which it can happen. */
export const dropReasons = [
  /** Its volume is not a finite number. */
  'invalid_volume',
  /** The queue was full, and it was among the oldest. */
  'queue_full',
  /** It had waited for longer than the queue keeps samples. */
  'too_old',
  /** It could not be stored, and there was no more room for it in memory. */
  'not_stored',
  /** The target will never take it. */
  'refused',
  /** The file of the queue was damaged, and it was not to be found in what was left. */
  'damaged',
  /** An operator threw it away. */
  'discarded',
  /** The delivery was closed, and its queue is not one that stays. */
  'closed',
] as const;

/** One of {@link dropReasons}. */
export type DropReason = (typeof dropReasons)[number];

/** Samples that were not delivered, by reason. */
export type Dropped = Readonly<Record<DropReason, number>>;

/**
 * What became of all samples for one publisher; with a queue on disk, since that was begun. At every moment
 * `polled = delivered + queued + the sum of dropped`.
 */
export interface Ledger {
  /** The publisher by its URL, without passwords. */
  readonly publisher: string;
  /** Samples that a pipeline brought; one that came through two pipelines counts twice. */
  readonly polled: number;
  readonly delivered: number;
  /** Samples that wait or are being sent. */
  readonly queued: number;
  readonly dropped: Dropped;
}

/** What can become of a sample. */
export type Outcome = 'delivered' | DropReason;

/** The numbers of a ledger but for the queue, by name: `polled` and every {@link Outcome}. Names that are none count as none. */
export type Counts = Readonly<Record<string, number>>;

/** The columns of a ledger, as they are counted. */
export interface Tally {
  add(column: 'polled' | Outcome, samples: number): void;
  ledger(publisher: string, queued: number): Ledger;
}

/** @param counts where it begins */
export function createTally(counts: Counts = {}): Tally {
  const columns = new Map<'polled' | Outcome, number>();
  for (const column of ['polled', 'delivered', ...dropReasons] as const) columns.set(column, counts[column] ?? 0);
  const of = (column: 'polled' | Outcome): number => columns.get(column) ?? 0;
  return {
    add: (column, samples) => void columns.set(column, of(column) + samples),
    ledger: (publisher, queued) => ({
      publisher,
      polled: of('polled'),
      delivered: of('delivered'),
      queued,
      dropped: Object.fromEntries(dropReasons.map((reason) => [reason, of(reason)])) as Dropped,
    }),
  };
}
