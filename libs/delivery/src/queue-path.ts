import { createHash } from 'node:crypto';
import { readdir } from 'node:fs/promises';
import { join } from 'node:path';

/** Where the queues of a coordinator are, below its state directory. */
export function queueDirectory(stateDir: string): string {
  return join(stateDir, 'queues');
}

/**
 * The file of a publisher's queue: scheme and host for people, and a hash of the publisher's name (its URL without passwords and
 * without the options of the delivery), so that other options or a new password find the same queue.
 */
export function queuePath(stateDir: string, publisher: string): string {
  const [, scheme = 'queue', host = ''] = /^([a-z][a-z0-9+.-]*):\/\/(?:[^/?#]*@)?([^/?#]*)/i.exec(publisher) ?? [];
  const words = `${scheme}-${host}`
    .toLowerCase()
    .replace(/[^a-z0-9.]+/g, '-')
    .slice(0, 60);
  const hash = createHash('sha256').update(publisher).digest('hex').slice(0, 12);
  return join(queueDirectory(stateDir), `${words.replace(/-+$/, '')}-${hash}.sqlite`);
}

/** Whether a file is named as {@link queuePath} names queues: what is not may be anybody's, and is not to be written. */
export function isQueueName(path: string): boolean {
  return /-[0-9a-f]{12}\.sqlite$/.test(path);
}

/** Every queue below a state directory, by path, whether its publisher is still configured or not; none if it is not there. */
export async function listQueues(stateDir: string): Promise<readonly string[]> {
  const directory = queueDirectory(stateDir);
  const names = await readdir(directory).catch((error: unknown) => {
    if (isMissing(error)) return [];
    throw error;
  });
  const queues = names.filter((name) => name.endsWith('.sqlite')).sort();
  return queues.map((name) => join(directory, name));
}

function isMissing(error: unknown): boolean {
  return error instanceof Error && 'code' in error && error.code === 'ENOENT';
}
