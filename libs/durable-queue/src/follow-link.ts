import { lstat, readlink, realpath } from 'node:fs/promises';
import { resolve } from 'node:path';
import { convertError } from './file/convert-error.ts';
import { QueueError } from './queue-error.ts';

/**
 * The absolute path of a queue's file, that of the file itself if the name is a symbolic link: its log and its lock are beside the
 * file, whichever name it is opened by, and a repair must not put a new file in place of the link.
 *
 * Rejects with a `QueueError`, `cannot_open`, for a link that leads nowhere: a file made there would be hidden by the file system
 * that is mounted later.
 */
export async function followLink(name: string): Promise<string> {
  const path = resolve(name);
  try {
    if (!(await isLink(path))) return path;
    const target = await readlink(path);
    return await realpath(path).catch((error: unknown) => {
      const message = `${path} is a link to ${target}, which cannot be reached: is its file system mounted?`;
      throw new QueueError('cannot_open', message, { path, cause: error });
    });
  } catch (error) {
    throw convertError(error, path);
  }
}

async function isLink(path: string): Promise<boolean> {
  try {
    return (await lstat(path)).isSymbolicLink();
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return false;
    throw error;
  }
}
