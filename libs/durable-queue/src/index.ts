export { startQueueWorker } from './start-queue-worker.ts';
export type {
  CommitResult,
  DroppedRow,
  DurableQueue,
  QueueCommit,
  QueueLimits,
  QueueQuery,
  QueueRow,
  QueueState,
  QueueWorker,
  RepairListener,
  RepairReport,
} from './queue.ts';
export { inspectQueue } from './inspect-queue.ts';
export type { QueueInspection } from './inspect-file.ts';
export { holdLock } from './lock.ts';
export type { Lock, LockOwner } from './lock.ts';
export { QueueError } from './queue-error.ts';
export type { QueueErrorCode, QueueErrorOptions } from './queue-error.ts';
