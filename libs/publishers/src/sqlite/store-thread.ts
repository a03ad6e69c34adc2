import { Worker } from 'node:worker_threads';
import { PublisherError } from '../publisher-error.ts';
import type { Answers, Failure, FromThread, Request, ToThread } from './thread-messages.ts';

/** The main thread's side of a thread that has a store. */
export interface StoreThread {
  /** False once it has ended, by itself or by `end`. */
  readonly isAlive: boolean;
  /** Rejects with a `PublisherError`; with a plain error for a bug. */
  ask<Call extends Request['call']>(request: Request & { readonly call: Call }): Promise<Answers[Call]>;
  /** Ends it; calls that are open reject. Safe twice. */
  end(): Promise<void>;
}

interface OpenCall {
  readonly resolve: (value: never) => void;
  readonly reject: (error: Error) => void;
}

/** Starts a thread for the store at a path. It keeps the process alive only while it owes an answer. */
export function startStoreThread(path: string): StoreThread {
  // Options of the process, `--input-type` for one, may not fit the thread; it needs none.
  const worker = new Worker(new URL('./thread-main.ts', import.meta.url), { execArgv: [] });
  const calls = new Map<number, OpenCall>();
  let nextId = 1;
  let crash: Error | undefined;
  let isAlive = true;

  const settle = (id: number): OpenCall | undefined => {
    const call = calls.get(id);
    calls.delete(id);
    if (calls.size === 0) worker.unref();
    return call;
  };
  const ended = (): PublisherError => {
    const why = crash?.message ?? 'it was closed';
    return new PublisherError('target_failed', `${path}: the thread that works with it has ended: ${why}`, {
      cause: crash,
    });
  };

  worker.unref();
  worker.on('message', (message: FromThread) => {
    if ('failure' in message) settle(message.id)?.reject(toError(message.failure));
    else settle(message.id)?.resolve(message.value as never);
  });
  worker.on('error', (error: Error) => {
    crash = error;
  });
  worker.on('exit', () => {
    isAlive = false;
    for (const id of [...calls.keys()]) settle(id)?.reject(ended());
  });

  return {
    get isAlive() {
      return isAlive;
    },
    ask: (request) =>
      new Promise((resolve, reject) => {
        if (!isAlive) return reject(ended());
        const message: ToThread = { ...request, id: nextId++ };
        worker.postMessage(message);
        calls.set(message.id, { resolve, reject });
        worker.ref();
      }),
    end: async () => {
      isAlive = false;
      await worker.terminate();
    },
  };
}

function toError({ code, message, cause }: Failure): Error {
  return code === undefined ? new Error(message, { cause }) : new PublisherError(code, message, { cause });
}
