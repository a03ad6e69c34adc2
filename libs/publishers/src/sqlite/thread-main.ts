/** The thread that has a store open: what it does blocks, and nobody else. */
import { parentPort } from 'node:worker_threads';
import { packSamples, unpackSamples } from '@nephometer/sample';
import { PublisherError } from '../publisher-error.ts';
import { readStore } from './read-store.ts';
import { createStore } from './store.ts';
import type { Store } from './store.ts';
import type { Answers, Failure, FromThread, Request, ToThread } from './thread-messages.ts';

let store: Store | undefined;
let retentionMs: number | undefined;
let isTidying = false;

parentPort?.on('message', (message: ToThread) => {
  try {
    send({ id: message.id, value: answer(message) });
  } catch (error) {
    send({ id: message.id, failure: describe(error) });
  }
  if (message.call === 'add' && !isTidying) tidy();
});

function answer(request: Request): Answers[keyof Answers] {
  switch (request.call) {
    case 'add':
      store ??= createStore(request.path);
      retentionMs = request.retentionMs;
      return store.add(unpackSamples(request.pack), oldestUs() ?? 0);
    case 'read':
      return packSamples(readStore(request.path, request.query));
    case 'close':
      store?.close();
      store = undefined;
      return undefined;
  }
}

/** Samples from before this time are not kept, in microseconds since 1970. */
function oldestUs(): number | undefined {
  return retentionMs === undefined ? undefined : (Date.now() - retentionMs) * 1000;
}

/** Step by step: requests come in between. What fails here fails for the next samples as well, and is told there. */
function tidy(): void {
  const oldest = oldestUs();
  isTidying = false;
  if (oldest === undefined) return;
  try {
    isTidying = store?.tidy(oldest) ?? false;
  } catch (error) {
    if (!(error instanceof PublisherError)) throw error;
  }
  if (isTidying) setImmediate(tidy);
}

function describe(error: unknown): Failure {
  if (error instanceof PublisherError) return { code: error.code, message: error.message, cause: error.cause };
  return { code: undefined, message: error instanceof Error ? error.message : String(error), cause: error };
}

function send(message: FromThread): void {
  parentPort?.postMessage(message);
}
