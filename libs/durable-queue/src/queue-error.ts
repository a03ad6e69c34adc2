/** Why a queue could not do what it was asked for. */
export type QueueErrorCode =
  /** The file system has no room. Nothing of the commit is in the file; the next one may succeed. */
  | 'disk_full'
  /** The file cannot be opened or written: rights, a missing or read-only directory, a file of another program. */
  | 'cannot_open'
  /** The file is damaged and could not be repaired either. */
  | 'damaged'
  /** The file was written by a newer version of this library. */
  | 'newer_version'
  /** Another process, or another queue of this one, has the file; the message says which. */
  | 'locked'
  /** The disk failed. Nothing of the commit is in the file; the next one may succeed. */
  | 'io'
  /** The queue or its worker has been closed. */
  | 'closed'
  /** The worker thread ended by itself. What was committed is safe; whether open calls were done is not known. */
  | 'worker_lost'
  /** More calls are open than one caller can mean. */
  | 'busy';

/** What a {@link QueueError} carries besides its message. */
export interface QueueErrorOptions extends ErrorOptions {
  /** The file of the queue or the lock. */
  readonly path: string;
}

/** The error of this library. Its message names the file and says what to do. */
export class QueueError extends Error {
  override readonly name = 'QueueError';
  readonly code: QueueErrorCode;
  readonly path: string;

  constructor(code: QueueErrorCode, message: string, { path, ...options }: QueueErrorOptions) {
    super(message, options);
    this.code = code;
    this.path = path;
  }
}
