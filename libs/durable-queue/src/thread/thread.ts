import { Worker } from 'node:worker_threads';
import { QueueError } from '../queue-error.ts';
import type { RepairReport } from '../queue.ts';
import type { Answers, Failure, FromThread, Request, ToThread } from './messages.ts';

/** The main thread's side of a thread. */
export interface Thread {
  /** False once it has ended, by itself or by `end`. */
  readonly isAlive: boolean;
  /** Rejects with a `QueueError`, `worker_lost` if the thread ends before it answers; with a plain one for a bug. */
  ask<Call extends Request['call']>(request: Request & { readonly call: Call }, path: string): Promise<Answers[Call]>;
  /** Ends the thread; calls that are open reject with `closed`. Safe twice. */
  end(): Promise<void>;
}

interface OpenCall {
  readonly path: string;
  readonly resolve: (value: never) => void;
  readonly reject: (error: Error) => void;
}

/** Starts a thread. It keeps the process alive only while it owes an answer. */
export function startThread(entry: URL, onRepaired: (queue: number, report: RepairReport) => void): Thread {
  // Options of the process, `--input-type` for one, may not fit the thread; it needs none.
  const worker = new Worker(entry, { execArgv: [] });
  const calls = new Map<number, OpenCall>();
  let nextId = 1;
  let crash: Error | undefined;
  let isAlive = true;
  let isEnding = false;

  const settle = (id: number): OpenCall | undefined => {
    const call = calls.get(id);
    calls.delete(id);
    if (calls.size === 0) worker.unref();
    return call;
  };

  worker.unref();
  worker.on('message', (message: FromThread) => {
    if (message.kind === 'done') settle(message.id)?.resolve(message.value as never);
    else if (message.kind === 'failed') settle(message.id)?.reject(toError(message.failure));
    else onRepaired(message.queue, message.report);
  });
  worker.on('error', (error: Error) => {
    crash = error;
  });
  worker.on('exit', () => {
    isAlive = false;
    for (const [id, { path }] of calls) settle(id)?.reject(isEnding ? closed(path) : lost(path, crash));
  });

  return {
    get isAlive() {
      return isAlive && !isEnding;
    },
    ask: (request, path) =>
      new Promise((resolve, reject) => {
        if (!isAlive) return reject(isEnding ? closed(path) : lost(path, crash));
        const message: ToThread = { ...request, id: nextId++ };
        // Copied, not transferred: who made a commit that fails still has its payloads, and may make it again.
        worker.postMessage(message);
        calls.set(message.id, { path, resolve, reject });
        worker.ref();
      }),
    end: async () => {
      isEnding = true;
      await worker.terminate();
    },
  };
}

function toError({ code, message, path, cause }: Failure): Error {
  return code === undefined ? new Error(message, { cause }) : new QueueError(code, message, { path, cause });
}

function closed(path: string): QueueError {
  return new QueueError('closed', `${path} is closed`, { path });
}

function lost(path: string, cause: Error | undefined): QueueError {
  const message = `${path}: the thread that writes queues has ended: ${cause?.message ?? 'nobody knows why'}; open it again`;
  return new QueueError('worker_lost', message, { path, cause });
}
