import { lstat, unlink } from 'node:fs/promises';
import { connect } from 'node:net';

/**
 * Removes a unix socket that no process listens on any more: what a killed server leaves behind and what would keep the
 * next one from listening. Anything else at the path (a living server's socket, a file, nothing) is left alone.
 *
 * @throws the signal's reason if aborted; system errors of a socket that may not be removed
 */
export async function removeStaleSocket(path: string, signal?: AbortSignal): Promise<void> {
  const stats = await lstat(path).catch(() => undefined);
  signal?.throwIfAborted();
  if (stats?.isSocket() !== true) return;
  if (await isRefused(path, signal)) await unlink(path);
}

/** Whether a connection is refused; a socket that answers, or may not be opened, belongs to somebody. */
async function isRefused(path: string, signal: AbortSignal | undefined): Promise<boolean> {
  const socket = connect(path);
  const { promise, resolve, reject } = Promise.withResolvers<boolean>();
  const abort = (): void => reject(signal?.reason as Error);
  socket.once('connect', () => resolve(false));
  socket.once('error', (error: NodeJS.ErrnoException) => resolve(error.code === 'ECONNREFUSED'));
  signal?.addEventListener('abort', abort, { once: true });
  try {
    return await promise;
  } finally {
    signal?.removeEventListener('abort', abort);
    socket.destroy();
  }
}
