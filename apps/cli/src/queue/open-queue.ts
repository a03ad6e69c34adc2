import { statSync } from 'node:fs';
import { basename } from 'node:path';
import { isQueueName } from '@nephometer/delivery';
import { QueueError } from '@nephometer/durable-queue';
import type { DurableQueue, QueueWorker, RepairReport } from '@nephometer/durable-queue';
import { CliError } from '../cli-error.ts';
import { countText } from './amounts.ts';

/** How a queue is opened to work on it. */
export interface OpenInput {
  readonly worker: QueueWorker;
  readonly path: string;
  /** Told what a repair found. */
  readonly say: (text: string) => void;
  /** User that this process works as; `undefined` where there are no users. */
  readonly userId?: number | undefined;
}

/** A queue for this process alone, and what was found in it. */
export interface ReadQueue<T> {
  readonly queue: DurableQueue;
  readonly found: T;
}

/**
 * Opens a queue and reads it through before anything is made of it, so that all damage has been repaired and said by then.
 *
 * @param read reads all rows; called again if the queue had to be repaired meanwhile, which is another one then
 * @throws CliError `queue-not-found` if there is no file, or one that is not named as queues are; `queue-in-use` if another process
 *   has it; `wrong-user` if it belongs to somebody else; QueueError; what `read` throws
 */
export async function openAndRead<T>(
  input: OpenInput,
  read: (queue: DurableQueue) => Promise<T>,
): Promise<ReadQueue<T>> {
  const { worker, path, say, userId = process.geteuid?.() } = input;
  checkFile(path, userId);
  for (;;) {
    let isRepaired = false;
    const queue = await openQueue(worker, path, (report) => {
      isRepaired = true;
      say(repairText(path, report));
    });
    if (queue.opened.repair) say(repairText(path, queue.opened.repair));
    try {
      const found = await read(queue);
      if (!isRepaired) return { queue, found };
    } catch (error) {
      await queue.close();
      throw error;
    }
    // What it held when it was opened is not what it holds now.
    await queue.close();
  }
}

async function openQueue(
  worker: QueueWorker,
  path: string,
  onRepair: (report: RepairReport) => void,
): Promise<DurableQueue> {
  try {
    return await worker.open(path, onRepair);
  } catch (error) {
    if (!(error instanceof QueueError) || error.code !== 'locked') throw error;
    throw new CliError('queue-in-use', `${error.message}; stop the coordinator first, then try again`);
  }
}

function checkFile(path: string, userId: number | undefined): void {
  const status = statSync(path, { throwIfNoEntry: false });
  if (!status) throw new CliError('queue-not-found', `${path}: there is no such queue`);
  // A queue that is damaged all over looks like any other file, and is replaced when it is opened.
  if (!isQueueName(path)) {
    const how = 'a queue is named like gnocchi-0123456789ab.sqlite, and a copy of one needs such a name, too';
    throw new CliError(
      'queue-not-found',
      `${path} is left alone, as "${basename(path)}" is no name of a queue; ${how}`,
    );
  }
  if (!status.isFile()) throw new CliError('queue-not-found', `${path} is left alone, as it is no file`);
  checkUser(path, status.uid, userId);
}

// A lock, or a new file after a repair, that belonged to root would keep the coordinator from its own queue.
function checkUser(path: string, uid: number, userId: number | undefined): void {
  if (userId === undefined || uid === userId) return;
  const how = `run this as that user (sudo -u '#${uid}' nephometer queue ...)`;
  throw new CliError(
    'wrong-user',
    `${path} belongs to user ${uid}: ${how}, or the coordinator could not open it again`,
  );
}

/** What a repair did, for the operator. */
function repairText(path: string, { reason, damagedPath, keptItems, lostItems }: RepairReport): string {
  const lost =
    lostItems === undefined
      ? 'how many are lost is not known, its counters were lost as well'
      : `${countText(lostItems, 'sample')} lost`;
  const what = reason.startsWith(`${path}: `) ? reason.slice(path.length + 2) : reason;
  return `${path} was damaged (${what}): ${countText(keptItems, 'sample')} kept, ${lost}; the damaged file is now ${damagedPath}`;
}
