import { readRows } from '@nephometer/delivery';
import { startQueueWorker } from '@nephometer/durable-queue';
import type { DurableQueue } from '@nephometer/durable-queue';
import { escapeControls } from '../text/display-width.ts';
import { printLines } from '../text/print.ts';
import type { Output } from '../text/print.ts';
import { countText } from './amounts.ts';
import { openAndRead } from './open-queue.ts';
import { choosePlaces, findPlaces } from './places.ts';

/** What `nephometer queue repair` is asked. */
export interface RepairSettings {
  /** Publishers or files; at least one. */
  readonly queues: readonly string[];
  /** Path of coordinator.yaml. */
  readonly config?: string;
  readonly stateDir?: string;
  readonly stdout: Output;
  readonly env: Readonly<NodeJS.ProcessEnv>;
  readonly signal: AbortSignal;
}

/**
 * Reads queues through and repairs those that are damaged; sends nothing.
 *
 * @throws CliError if a queue is not there or in use; QueueError if it cannot be repaired; the signal's reason
 */
export async function repair(settings: RepairSettings): Promise<void> {
  const { queues, stdout, signal } = settings;
  const places = choosePlaces(queues, await findPlaces(settings));
  const worker = startQueueWorker();
  try {
    for (const { path } of places) {
      const said: string[] = [];
      const say = (text: string): void => void said.push(text);
      const { queue } = await openAndRead({ worker, path, say }, (candidate) => readAll(candidate, signal));
      const { items } = queue.opened;
      await queue.close();
      const lines = said.length === 0 ? [`${path} is whole: ${countText(items, 'sample')} waiting`] : said;
      await printLines(stdout, lines.map(escapeControls), signal);
    }
  } finally {
    await worker.close();
  }
}

/** Each row is checked when it is read. */
async function readAll(queue: DurableQueue, signal: AbortSignal): Promise<void> {
  for await (const _ of readRows(queue, signal));
}
