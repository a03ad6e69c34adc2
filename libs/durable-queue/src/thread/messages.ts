import type { QueueInspection } from '../inspect-file.ts';
import type { CommitResult, DurableQueue, QueueCommit, QueueQuery, QueueRow, RepairReport } from '../queue.ts';
import type { QueueErrorCode } from '../queue-error.ts';

/** What the thread can be asked for. A queue is known by the number that the main thread gave it. */
export type Request =
  | { readonly call: 'open'; readonly queue: number; readonly path: string }
  | { readonly call: 'commit'; readonly queue: number; readonly commit: QueueCommit }
  | { readonly call: 'read'; readonly queue: number; readonly query: QueueQuery }
  | { readonly call: 'close'; readonly queue: number }
  | { readonly call: 'inspect'; readonly path: string };

/** What the answer to each request is. */
export interface Answers {
  readonly open: DurableQueue['opened'];
  readonly commit: CommitResult;
  readonly read: readonly QueueRow[];
  readonly close: undefined;
  readonly inspect: QueueInspection;
}

/** An error on its way between the threads, which do not share classes. `code` is `undefined` for a bug. */
export interface Failure {
  readonly code: QueueErrorCode | undefined;
  readonly message: string;
  readonly path: string;
  readonly cause: unknown;
}

/** What the main thread sends. */
export type ToThread = Request & { readonly id: number };

/** What the thread sends. */
export type FromThread =
  | { readonly kind: 'done'; readonly id: number; readonly value: Answers[keyof Answers] }
  | { readonly kind: 'failed'; readonly id: number; readonly failure: Failure }
  | { readonly kind: 'repaired'; readonly queue: number; readonly report: RepairReport };
