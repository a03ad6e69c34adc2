import { join } from 'node:path';
import { temporaryDirectory } from '../example.ts';
import { readAll, unexpected } from '../repair/damaged-files.ts';
import { QueueFile } from './queue-file.ts';

// What the specs of this folder share.

/** A queue in a directory of its own. */
export function newQueue(): { readonly queue: QueueFile; readonly path: string; [Symbol.dispose](): void } {
  const directory = temporaryDirectory();
  const path = join(directory.path, 'deep', 'q.db');
  const queue = new QueueFile(path, unexpected);
  return {
    queue,
    path,
    [Symbol.dispose]: () => {
      queue.close();
      directory[Symbol.dispose]();
    },
  };
}

/** The seqs of all rows, in order. */
export function seqsOf(queue: QueueFile): number[] {
  return readAll(queue).map(({ seq }) => seq);
}
