import { Buffer } from 'node:buffer';
import { connect as connectSocket } from 'node:net';
import type { Socket } from 'node:net';
import { LibvirtError } from './error.ts';

/** The kernel's limit for the path of a unix socket, its final zero byte left out. */
const maxSocketPathBytes = 107;

/** Failures after which the next candidate is worth a try; the others say that a daemon is there but not for us. */
const absent = new Set(['ENOENT', 'ENOTDIR', 'ECONNREFUSED']);

/** A connected socket and which one it is. */
export interface OpenedSocket {
  readonly socket: Socket;
  readonly socketPath: string;
}

/** What to do about a socket that is not there, and about one that is not for this user: the ends of messages. */
export interface SocketAdvice {
  readonly absent: string;
  readonly denied: string;
}

const usualAdvice: SocketAdvice = {
  absent: 'start libvirtd (or virtqemud), or name the socket to use (socketPath, ?socket=)',
  denied: 'add the user to the group libvirt, or connect read-only (its -ro socket is open to everybody)',
};

/**
 * Connects to the first of `paths` where a daemon answers. Rejects with the signal's reason, or with a LibvirtError
 * `socket-not-found`, `permission-denied` or `connect-failed` whose message names the sockets and the way out.
 */
export async function openSocket(
  paths: readonly string[],
  signal: AbortSignal,
  advice: SocketAdvice = usualAdvice,
): Promise<OpenedSocket> {
  const failures: { socketPath: string; error: NodeJS.ErrnoException }[] = [];
  for (const socketPath of paths) {
    if (Buffer.byteLength(socketPath) > maxSocketPathBytes) {
      throw new LibvirtError(
        'connect-failed',
        `socket ${socketPath}: the path is longer than the ${maxSocketPathBytes} bytes a unix socket may have`,
      );
    }
    try {
      return { socket: await openOne(socketPath, signal), socketPath };
    } catch (error) {
      signal.throwIfAborted();
      failures.push({ socketPath, error: error as NodeJS.ErrnoException });
      if (!absent.has((error as NodeJS.ErrnoException).code ?? '')) break;
    }
  }
  throw describe(failures, advice);
}

function openOne(socketPath: string, signal: AbortSignal): Promise<Socket> {
  return new Promise((resolve, reject) => {
    signal.throwIfAborted();
    const socket = connectSocket({ path: socketPath });
    const finish = (): void => {
      signal.removeEventListener('abort', abort);
      socket.off('connect', connected).off('error', failed);
    };
    const connected = (): void => {
      finish();
      resolve(socket);
    };
    const failed = (error: Error): void => {
      finish();
      reject(error);
    };
    const abort = (): void => {
      finish();
      // A destroyed socket may still report the failure of its connect, and nobody else listens.
      socket.on('error', () => undefined);
      socket.destroy();
      reject(signal.reason as Error);
    };
    socket.on('connect', connected).on('error', failed);
    signal.addEventListener('abort', abort, { once: true });
  });
}

function describe(
  failures: readonly { socketPath: string; error: NodeJS.ErrnoException }[],
  advice: SocketAdvice,
): LibvirtError {
  // The failure that says most: a refusal comes last, and a dead socket beats none at all.
  const worst = failures.findLast(({ error }) => error.code !== 'ENOENT' && error.code !== 'ENOTDIR');
  if (worst === undefined) {
    const looked = failures.map(({ socketPath }) => socketPath).join(', ');
    return new LibvirtError('socket-not-found', `no libvirt socket at ${looked}: ${advice.absent}`, {
      cause: failures[0]?.error,
    });
  }
  const { socketPath, error } = worst;
  if (error.code === 'EACCES' || error.code === 'EPERM') {
    return new LibvirtError('permission-denied', `no access to the libvirt socket ${socketPath}: ${advice.denied}`, {
      cause: error,
    });
  }
  const why =
    error.code === 'ECONNREFUSED'
      ? 'the file is there but no daemon listens; start libvirtd (or virtqemud)'
      : error.code === 'EAGAIN'
        ? 'its queue of waiting clients is full (max_queued_clients); try again later'
        : error.message;
  return new LibvirtError('connect-failed', `libvirt socket ${socketPath}: ${why}`, { cause: error });
}
