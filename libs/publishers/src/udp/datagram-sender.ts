import { createSocket } from 'node:dgram';
import type { Socket } from 'node:dgram';
import { lookup } from 'node:dns/promises';
import { DeadlineError, raceAbort, withDeadline } from '@nephometer/abortable';
import { hostPortText } from '../host-port.ts';
import type { HostPort } from '../host-port.ts';
import { PublisherError } from '../publisher-error.ts';

/** Bytes that a datagram holds over IPv4: 65,535 without its two headers. Over IPv6 it is a few more. */
export const largestDatagram = 65_507;

/** A name server, or the buffer of a network card, that does not get on for so long is taken for dead. */
const deadlineMs = 5000;

/** Datagrams that wait in Node at a time, where the kernel has no room for them. */
const windowSize = 64;

/** How far a list of datagrams got. */
export interface SendOutcome {
  /** Those before the first that failed; all, if none did. */
  readonly sent: number;
  /** Why not all; a passing one. */
  readonly error?: PublisherError;
}

/** Sends datagrams to one target. Calls may overlap; one that fails or is aborted may make the others fail for now. */
export interface DatagramSender {
  /**
   * Resolves when the kernel has taken all, or when one was not taken; several after that one may be under way as well.
   * Rejects with the signal's reason.
   */
  send(datagrams: readonly Buffer[], signal: AbortSignal): Promise<SendOutcome>;
  /** Safe twice. */
  close(): Promise<void>;
}

type Family = 4 | 6;

interface Address {
  readonly address: string;
  readonly family: number;
}

/**
 * Looks the name up for each list, and prefers IPv6 as Ceilometer does; where this machine has no way to the first address, the
 * next one gets all. Sockets are not connected: nobody learns from the network that a datagram did not arrive, and so none is
 * told of the fate of an earlier one either.
 */
export function createDatagramSender(at: HostPort): DatagramSender {
  const sockets = new Map<Family, Socket>();
  const target = `udp://${hostPortText(at)}`;
  let isClosed = false;

  function socketOf(family: Family): Socket {
    // A name may have been looked up meanwhile, and a new socket would be nobody's.
    if (isClosed) throw new PublisherError('closed', `the publisher to ${target} is closed`);
    let socket = sockets.get(family);
    if (socket === undefined) {
      socket = createSocket({ type: family === 6 ? 'udp6' : 'udp4' });
      // What fails is told to the callback of each datagram.
      socket.on('error', () => undefined);
      sockets.set(family, socket);
    }
    return socket;
  }

  /** Throws away what waits in the sockets, too. */
  function closeSockets(): void {
    for (const socket of sockets.values()) socket.close();
    sockets.clear();
  }

  /** Throws away what waits in the sockets if it takes too long or is aborted. */
  async function within<T>(signal: AbortSignal, wait: () => Promise<T>): Promise<T> {
    try {
      return await withDeadline(signal, deadlineMs, (limited) => raceAbort(wait(), limited));
    } catch (error) {
      closeSockets();
      signal.throwIfAborted();
      throw error;
    }
  }

  async function addressesOf(signal: AbortSignal): Promise<readonly Address[]> {
    const found = await within(signal, () => lookup(at.host, { all: true }));
    return [...found].sort((one, other) => other.family - one.family);
  }

  async function sendTo({ address, family }: Address, datagrams: readonly Buffer[], signal: AbortSignal) {
    const socket = socketOf(family === 6 ? 6 : 4);
    for (let start = 0; start < datagrams.length; start += windowSize) {
      const window = datagrams.slice(start, start + windowSize);
      const sending = () => Promise.all(window.map((each) => sendOne(socket, each, at.port, address)));
      const failures = await within(signal, sending).catch((error: unknown) => {
        signal.throwIfAborted();
        return [error];
      });
      const first = failures.findIndex((failure) => failure !== null);
      if (first >= 0) return { sent: start + first, cause: failures[first] };
    }
    return { sent: datagrams.length, cause: undefined };
  }

  return {
    async send(datagrams, signal) {
      let outcome: { readonly sent: number; readonly cause: unknown } = { sent: 0, cause: undefined };
      try {
        for (const address of await addressesOf(signal)) {
          outcome = await sendTo(address, datagrams, signal);
          if (outcome.sent > 0 || !hasNoWay(outcome.cause)) break;
        }
      } catch (cause) {
        signal.throwIfAborted();
        outcome = { sent: 0, cause };
      }
      const { sent, cause } = outcome;
      return cause === undefined ? { sent } : { sent, error: sendError(target, cause) };
    },
    async close() {
      isClosed = true;
      closeSockets();
    },
  };
}

function sendOne(socket: Socket, datagram: Buffer, port: number, address: string): Promise<Error | null> {
  return new Promise((resolve) => socket.send(datagram, port, address, resolve));
}

/** This machine has no such network: another address may do. */
function hasNoWay(cause: unknown): boolean {
  return ['ENETUNREACH', 'EHOSTUNREACH', 'EADDRNOTAVAIL', 'EAFNOSUPPORT'].includes(codeOf(cause));
}

function sendError(target: string, cause: unknown): PublisherError {
  if (cause instanceof PublisherError) return cause;
  if (cause instanceof DeadlineError) {
    return new PublisherError('timeout', `${target}: the datagrams did not leave in ${deadlineMs / 1000} s`, { cause });
  }
  const code = codeOf(cause);
  const message = cause instanceof Error ? cause.message : String(cause);
  if (code === 'ENOTFOUND' || code === 'EAI_AGAIN') {
    return new PublisherError('unreachable', `${target}: its name is not known (${message})`, { cause });
  }
  if (code === 'EPERM' || code === 'EACCES') {
    return new PublisherError('unreachable', `${target}: this machine does not let us send there (${message})`, {
      cause,
    });
  }
  return new PublisherError('unreachable', `${target}: cannot send (${message})`, { cause });
}

function codeOf(cause: unknown): string {
  const code = cause instanceof Error && 'code' in cause ? cause.code : undefined;
  return typeof code === 'string' ? code : '';
}
