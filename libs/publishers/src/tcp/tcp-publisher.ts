import { DeadlineError } from '@nephometer/abortable';
import type { Publisher, PublisherFactory, PublisherSettings } from '@nephometer/plugin';
import type { Sample } from '@nephometer/sample';
import { hostPortText } from '../host-port.ts';
import { createMessageSigner } from '../message/message-signer.ts';
import type { MessageSigner } from '../message/message-signer.ts';
import { meteringMessage } from '../message/metering-message.ts';
import { packMessage } from '../message/pack-message.ts';
import { PublisherError } from '../publisher-error.ts';
import { openTcpConnection } from './tcp-connection.ts';
import type { TcpConnection } from './tcp-connection.ts';
import { parseTcpUrl } from './tcp-options.ts';
import type { TcpOptions } from './tcp-options.ts';

/** Bytes after which frames are written. */
const chunkBytes = 64 * 1024;

/**
 * Sends all samples of a batch over one connection, which it keeps for the next one. Calls that overlap have a connection each.
 * A connection over which anything went wrong is not used again: it may have ended within a message.
 */
function createTcpPublisher({ at, timeoutMs }: TcpOptions, settings: PublisherSettings): Publisher {
  const target = `tcp://${hostPortText(at)}`;
  const { telemetrySecret: secret, compat } = settings;
  const signer = createMessageSigner({ secret, compat });
  const idle: TcpConnection[] = [];
  const all = new Set<TcpConnection>();
  let closed = false;

  /** One that is still open, or a new one. */
  async function connection(signal: AbortSignal): Promise<TcpConnection> {
    for (let kept = idle.pop(); kept; kept = idle.pop()) {
      if (kept.isOpen) return kept;
      drop(kept);
    }
    const opened = await openTcpConnection(at, timeoutMs, signal);
    all.add(opened);
    if (!closed) return opened;
    drop(opened);
    throw closedError();
  }

  function drop(used: TcpConnection): void {
    all.delete(used);
    used.destroy();
  }

  async function send(samples: readonly Sample[], signal: AbortSignal): Promise<void> {
    const used = await connection(signal);
    try {
      for (const chunk of chunks(samples, signer, settings)) await used.write(chunk, signal);
      await used.acknowledged(signal);
    } catch (error) {
      drop(used);
      throw error;
    }
    idle.push(used);
  }

  function closedError(): PublisherError {
    return new PublisherError('closed', `the publisher to ${target} is closed`);
  }

  return {
    async publish(samples, signal) {
      signal.throwIfAborted();
      if (closed) throw closedError();
      try {
        await send(samples, signal);
      } catch (cause) {
        signal.throwIfAborted();
        throw closed ? closedError() : sendError(target, cause);
      }
      return [];
    },
    async close() {
      closed = true;
      idle.length = 0;
      for (const each of all) drop(each);
    },
  };
}

/** The messages of samples, each after its length (8 bytes, little-endian), in pieces that end with a message. */
function* chunks(samples: readonly Sample[], signer: MessageSigner, settings: PublisherSettings): Generator<Buffer> {
  const { compat, hostName } = settings;
  // Only versions that can send over TCP say in the message who sends.
  const options = compat === 'head' ? { compat, publisherId: hostName } : { compat };
  let frames: Buffer[] = [];
  let bytes = 0;
  for (const sample of samples) {
    const message = packMessage(signer.sign(meteringMessage(sample, options)));
    const length = Buffer.alloc(8);
    length.writeBigUInt64LE(BigInt(message.length));
    frames.push(length, message);
    bytes += length.length + message.length;
    if (bytes < chunkBytes) continue;
    yield Buffer.concat(frames, bytes);
    frames = [];
    bytes = 0;
  }
  if (bytes > 0) yield Buffer.concat(frames, bytes);
}

function sendError(target: string, cause: unknown): PublisherError {
  if (cause instanceof DeadlineError) {
    const text = `no connection, or nothing taken or acknowledged, for ${cause.deadlineMs / 1000} s`;
    return new PublisherError('timeout', `${target}: ${text}`, { cause });
  }
  return new PublisherError('unreachable', `${target}: ${detailOf(cause)}`, { cause });
}

/** A host with several addresses fails once for each of them, and the whole has no message then. */
function detailOf(cause: unknown): string {
  if (cause instanceof AggregateError) return [...new Set(cause.errors.map(detailOf))].join('; ');
  return cause instanceof Error ? cause.message : String(cause);
}

/** `tcp://host[:port][?timeout=SECONDS]` */
export const tcpPublisherFactory: PublisherFactory = {
  scheme: 'tcp',
  validate(url) {
    const parsed = parseTcpUrl(url);
    return parsed.ok ? [] : parsed.problems;
  },
  create(url, settings) {
    const parsed = parseTcpUrl(url);
    if (!parsed.ok)
      throw new PublisherError('bad_url', `the URL is not a target of TCP: ${parsed.problems.join('; ')}`);
    return createTcpPublisher(parsed.options, settings);
  },
};
