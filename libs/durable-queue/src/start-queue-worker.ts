import type { DurableQueue, QueueCommit, QueueWorker, RepairListener } from './queue.ts';
import { followLink } from './follow-link.ts';
import { QueueError } from './queue-error.ts';
import { startThread } from './thread/thread.ts';
import type { Thread } from './thread/thread.ts';

/** Calls of one queue that may be open at once: its owner has one commit and one read. */
const MOST_CALLS = 8;

const entry = new URL('./thread/main.ts', import.meta.url);

/** The thread for all queues of a process; it starts with the first queue. */
export function startQueueWorker(): QueueWorker {
  const listeners = new Map<number, RepairListener>();
  const queues = new Set<DurableQueue>();
  let thread: Thread | undefined;
  let nextQueue = 1;
  let isClosed = false;

  const open = async (name: string, onRepair?: RepairListener): Promise<DurableQueue> => {
    const path = await followLink(name);
    if (isClosed) throw new QueueError('closed', `${path} cannot be opened: the worker is closed`, { path });
    if (thread?.isAlive !== true) {
      thread = startThread(entry, (queue, report) => listeners.get(queue)?.(report));
    }
    const at = { thread, number: nextQueue++, path };
    const opened = await at.thread.ask({ call: 'open', queue: at.number, path }, path);
    if (onRepair) listeners.set(at.number, onRepair);
    const queue = queueIn(at, opened, () => {
      listeners.delete(at.number);
      queues.delete(queue);
    });
    queues.add(queue);
    return queue;
  };

  const close = async (): Promise<void> => {
    isClosed = true;
    await Promise.allSettled([...queues].map((queue) => queue.close()));
    await thread?.end();
  };

  return { open, close };
}

interface Place {
  readonly thread: Thread;
  readonly number: number;
  readonly path: string;
}

/** The queue with a number in a thread. */
function queueIn({ thread, number, path }: Place, opened: DurableQueue['opened'], onClose: () => void): DurableQueue {
  let calls = 0;
  let closing: Promise<void> | undefined;

  const limited = async <T>(call: () => Promise<T>): Promise<T> => {
    if (closing) throw new QueueError('closed', `${path} is closed`, { path });
    if (calls >= MOST_CALLS) throw new QueueError('busy', `${path} has ${calls} calls open`, { path });
    calls += 1;
    try {
      return await call();
    } finally {
      calls -= 1;
    }
  };

  const closeNow = async (): Promise<void> => {
    onClose();
    // A thread that is gone has let go of the file.
    if (thread.isAlive) await thread.ask({ call: 'close', queue: number }, path);
  };

  return {
    path,
    opened,
    commit: (commit) => limited(() => thread.ask({ call: 'commit', queue: number, commit: compact(commit) }, path)),
    read: (query) => limited(() => thread.ask({ call: 'read', queue: number, query }, path)),
    close: () => (closing ??= closeNow()),
  };
}

/** Copying a part of a buffer to another thread would copy all of the buffer. */
function compact(commit: QueueCommit): QueueCommit {
  const appends = commit.appends.map((row) =>
    row.payload.byteLength === row.payload.buffer.byteLength ? row : { ...row, payload: row.payload.slice() },
  );
  return { ...commit, appends };
}
