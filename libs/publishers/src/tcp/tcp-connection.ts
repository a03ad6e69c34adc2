import { once } from 'node:events';
import { connect } from 'node:net';
import type { Socket } from 'node:net';
import { raceAbort, sleep, withDeadline } from '@nephometer/abortable';
import type { HostPort } from '../host-port.ts';
import { unacknowledgedBytes } from './unacknowledged.ts';

/** A connection over which data goes one way. One call at a time. */
export interface TcpConnection {
  /** False as soon as the other side has closed its half, or the connection broke. */
  readonly isOpen: boolean;
  /** Resolves when the kernel has taken all of it. */
  write(bytes: Buffer, signal: AbortSignal): Promise<void>;
  /**
   * Resolves when the other side's kernel has acknowledged all that was written; where this machine does not say so, when it
   * has no other news.
   */
  acknowledged(signal: AbortSignal): Promise<void>;
  /** At once, with what is not sent yet. */
  destroy(): void;
}

/** How soon to look again for acknowledgements, in milliseconds: at first, and at most. They take a round trip and up to 40 ms. */
const firstLookMs = 1;
const longestLookMs = 50;

/** After so long without data the kernel asks whether the other side is still there. */
const keepAliveMs = 60_000;

/**
 * Connects. Everything that waits here and in the connection waits for at most `timeoutMs` without getting on, and is rejected
 * with the system's error, a `DeadlineError`, or the signal's reason.
 */
export async function openTcpConnection(at: HostPort, timeoutMs: number, signal: AbortSignal): Promise<TcpConnection> {
  const socket = connect({ ...at, noDelay: true, keepAlive: true, keepAliveInitialDelay: keepAliveMs });
  try {
    await withDeadline(signal, timeoutMs, (limited) => once(socket, 'connect', { signal: limited }));
  } catch (error) {
    socket.on('error', () => undefined);
    socket.destroy();
    throw signal.aborted ? signal.reason : causeOf(error);
  }
  return connectionOf(socket, timeoutMs);
}

function connectionOf(socket: Socket, timeoutMs: number): TcpConnection {
  const broken = Promise.withResolvers<never>();
  broken.promise.catch(() => undefined);
  socket.on('error', broken.reject);
  socket.on('end', () => broken.reject(new Error('the other side closed the connection')));
  socket.on('close', () => broken.reject(new Error('the connection is closed')));
  // There are no answers; unread, they would hide the end.
  socket.resume();

  const limited = <T>(signal: AbortSignal, wait: (signal: AbortSignal) => Promise<T>): Promise<T> =>
    withDeadline(signal, timeoutMs, (inner) => raceAbort(Promise.race([broken.promise, wait(inner)]), inner));

  return {
    get isOpen() {
      return !socket.destroyed && !socket.readableEnded;
    },
    write: (bytes, signal) =>
      limited(
        signal,
        () => new Promise((resolve, reject) => socket.write(bytes, (error) => (error ? reject(error) : resolve()))),
      ),
    async acknowledged(signal) {
      let before = Infinity;
      for (;;) {
        // As long as it becomes less, a slow way is a way.
        const left = await limited(signal, (inner) => lessThan(socket, before, inner));
        if (left === 0) return;
        before = left;
      }
    },
    destroy: () => void socket.destroy(),
  };
}

/** Waits until fewer bytes are unacknowledged, and gives the number. */
async function lessThan(socket: Socket, before: number, signal: AbortSignal): Promise<number> {
  for (let lookMs = firstLookMs; ; lookMs = Math.min(2 * lookMs, longestLookMs)) {
    const bytes = (await unacknowledgedBytes(socket)) ?? 0;
    if (bytes < before) return bytes;
    await sleep(lookMs, signal);
  }
}

/** What made `once` give up. */
function causeOf(error: unknown): unknown {
  return error instanceof Error && error.name === 'AbortError' ? (error.cause ?? error) : error;
}
