/** One entry of a queue: opaque bytes, and how many items of the caller's are in them. */
export interface QueueRow {
  /** Place in the queue: a whole number above 0 and above every earlier one of this queue, also the removed ones. */
  readonly seq: number;
  /** What the row counts for in the ledger. */
  readonly items: number;
  /** When it was accepted, in milliseconds since 1970; a fraction is cut off. */
  readonly atMs: number;
  readonly payload: Uint8Array;
}

/** What a queue may hold, looked at in each commit. */
export interface QueueLimits {
  /** Most bytes of payload; what is beyond goes, the oldest first. The newest row stays, however large it is. */
  readonly maxBytes: number;
  /** Rows from before this time go, in milliseconds since 1970. */
  readonly oldestAtMs: number;
  /** Rows up to this seq are being sent: they stay, whatever the limits say. */
  readonly busyUpTo: number;
}

/** A change of a queue: all of it happens, or nothing. */
export interface QueueCommit {
  /** New rows, by rising seq. */
  readonly appends: readonly QueueRow[];
  /** Seqs of the rows that are done with. One that is not there is passed over. */
  readonly removes: readonly number[];
  /** Added to the persistent counters, see {@link QueueState.counts}. */
  readonly counts: Readonly<Record<string, number>>;
  readonly limits: QueueLimits;
}

/** A row that went because of the limits; a new one may be among them. */
export interface DroppedRow {
  readonly seq: number;
  readonly items: number;
  readonly reason: 'queue_full' | 'too_old';
}

/** What a queue holds and has seen. */
export interface QueueState {
  /** Highest seq ever given to a row; 0 if there was none. */
  readonly lastSeq: number;
  /** Seq of the oldest row. */
  readonly firstSeq: number | undefined;
  readonly rows: number;
  readonly items: number;
  /** Bytes of payload. */
  readonly bytes: number;
  /** When the oldest row was accepted. */
  readonly oldestAtMs: number | undefined;
  /**
   * Sums of what commits counted, and of the items of dropped rows by reason. `polled` is what came in and every other one is a
   * way that items leave: `polled` = {@link items} + all others. The caller's commits keep it so; a repair makes it so.
   */
  readonly counts: Readonly<Record<string, number>>;
}

/** What was found in a damaged file. The state is that of the new file. */
export interface RepairReport {
  /** What was wrong, in words for the operator. */
  readonly reason: string;
  /** Where the damaged file is now; its write-ahead log, if there is one, is beside it. */
  readonly damagedPath: string;
  readonly keptRows: number;
  readonly keptItems: number;
  /**
   * Items that are known to be lost, counted as `damaged` from now on. `undefined` if the counters were lost as well: they
   * begin anew.
   */
  readonly lostItems: number | undefined;
  readonly state: QueueState;
}

/** What {@link DurableQueue.commit} did. */
export interface CommitResult {
  /** Oldest first. */
  readonly dropped: readonly DroppedRow[];
  readonly state: QueueState;
}

/** Which rows {@link DurableQueue.read} gives. */
export interface QueueQuery {
  /** Those above this seq; 0 for all. */
  readonly afterSeq: number;
  /** Most bytes of payload; the first row comes in any case. */
  readonly maxBytes: number;
  readonly maxRows: number;
}

/** Told of a repair while the queue is in use; not of one at opening, which {@link DurableQueue.opened} has. */
export type RepairListener = (report: RepairReport) => void;

/**
 * A queue in a file, owned by this process. Calls of one queue are done in the order in which they were made; errors are
 * `QueueError`s. The caller waits for a commit before the next one: that is what bounds the memory between the threads.
 */
export interface DurableQueue {
  /** Absolute, of the file itself where a link was opened. */
  readonly path: string;
  /** As it was when it was opened; `repair` says what happened if it was damaged. */
  readonly opened: QueueState & { readonly repair?: RepairReport };
  /**
   * Changes the queue in one transaction; when it resolves, the change is on the disk. Removes, then drops, then appends.
   * If it rejects, nothing of it is in the file and the payloads are still the caller's, so that it can be made again.
   */
  commit(commit: QueueCommit): Promise<CommitResult>;
  /** Rows by rising seq; empty if there is none. Each has been checked against its checksum. */
  read(query: QueueQuery): Promise<readonly QueueRow[]>;
  /** Lets go of the file after the calls that were made before. Safe twice. */
  close(): Promise<void>;
}

/** The thread that all queues of a process share. */
export interface QueueWorker {
  /**
   * Opens the queue in a file, which is made if it is not there (mode 0600, directories 0700), and repaired if it is damaged.
   * No other process can open it until it is closed or this process has ended, however it ends. After the thread was lost, the
   * next call starts a new one.
   */
  open(path: string, onRepair?: RepairListener): Promise<DurableQueue>;
  /** Closes all queues and ends the thread. Safe twice. An idle thread does not keep the process alive. */
  close(): Promise<void>;
}
