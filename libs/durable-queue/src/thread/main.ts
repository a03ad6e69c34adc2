/** The thread that has the files of all queues open: what it does blocks, and nobody else. */
import { parentPort } from 'node:worker_threads';
import { QueueFile } from '../file/queue-file.ts';
import { inspectFile } from '../inspect-file.ts';
import { QueueError } from '../queue-error.ts';
import type { RepairReport } from '../queue.ts';
import type { Answers, Failure, FromThread, Request, ToThread } from './messages.ts';

const queues = new Map<number, QueueFile>();

parentPort?.on('message', (message: ToThread) => {
  try {
    const value = answer(message);
    const buffers = message.call === 'read' ? (value as Answers['read']).map(({ payload }) => payload.buffer) : [];
    send({ kind: 'done', id: message.id, value }, buffers as ArrayBuffer[]);
  } catch (error) {
    send({ kind: 'failed', id: message.id, failure: describe(error) });
  }
  if (message.call === 'commit') tidy(message.queue);
});

function answer(request: Request): Answers[keyof Answers] {
  switch (request.call) {
    case 'open':
      return open(request.queue, request.path);
    case 'commit':
      return queueOf(request.queue).commit(request.commit);
    case 'read':
      return queueOf(request.queue).read(request.query);
    case 'close':
      queues.get(request.queue)?.close();
      queues.delete(request.queue);
      return undefined;
    case 'inspect':
      return inspectFile(request.path);
  }
}

function open(queue: number, path: string): Answers['open'] {
  let repair: RepairReport | undefined;
  let isOpen = false;
  const file = new QueueFile(path, (report) => {
    if (isOpen) send({ kind: 'repaired', queue, report });
    else repair = report;
  });
  const { state } = file;
  isOpen = true;
  queues.set(queue, file);
  return repair === undefined ? state : { ...state, repair };
}

function queueOf(queue: number): QueueFile {
  const file = queues.get(queue);
  if (file === undefined) throw new Error(`there is no queue ${queue}`);
  return file;
}

/** After the answer: nobody waits for it. What fails here fails at the next call as well, and is told there. */
function tidy(queue: number): void {
  try {
    queues.get(queue)?.tidy();
  } catch (error) {
    if (!(error instanceof QueueError)) throw error;
  }
}

function describe(error: unknown): Failure {
  if (error instanceof QueueError) {
    return { code: error.code, message: error.message, path: error.path, cause: error.cause };
  }
  return { code: undefined, message: error instanceof Error ? error.message : String(error), path: '', cause: error };
}

function send(message: FromThread, transfer: readonly ArrayBuffer[] = []): void {
  parentPort?.postMessage(message, transfer);
}
