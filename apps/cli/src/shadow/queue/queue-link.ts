import { randomBytes } from 'node:crypto';
import { connect } from 'amqplib';
import type { Channel, ChannelModel, ConsumeMessage, SocketOptions } from 'amqplib';
import { raceAbort, withDeadline } from '@nephometer/abortable';
import { formatError } from '@nephometer/service';
import type { QueueAddress } from './queue-address.ts';

/** How much a queue holds. */
export interface QueueLimits {
  /** Messages that wait at the broker; when there are more, it drops the oldest. */
  readonly waiting: number;
  /** Messages that have been delivered and not been taken. */
  readonly delivered: number;
}

/** PEM texts. */
export interface TlsMaterial {
  readonly ca?: Buffer;
  readonly cert?: Buffer;
  readonly key?: Buffer;
}

/** One connection with a queue of its own at the broker, which goes away with it. */
export interface QueueLink {
  /** Settles when nothing comes any more, with the reason; never rejects. */
  readonly ended: Promise<string>;
  /** What has been delivered since the last call, oldest first. Lets the broker deliver as much again. */
  take(): string[];
  /**
   * How many messages wait at the broker; all that came before them have been delivered by then. Nothing if it does not say.
   * Rejects with the signal's reason.
   */
  waiting(signal: AbortSignal): Promise<number | undefined>;
  /** Says goodbye, for a moment. Safe twice, never rejects. */
  close(): Promise<void>;
}

/** What {@link openQueueLink} needs to know. */
export interface QueueLinkSettings {
  readonly address: QueueAddress;
  readonly tls: TlsMaterial;
  readonly limits: QueueLimits;
  /** Aborts the opening only. */
  readonly signal: AbortSignal;
}

/** A broker that is silent for two or three times as long is given up. */
const HEARTBEAT_S = 10;

const ANSWER_LIMIT_MS = 2000;

/**
 * Connects to a broker and has copies of what is sent to an exchange by some keys delivered: a queue is bound beside those
 * that are there, so nobody gets a message less. The exchange must exist; it is not made, because whoever sends to it would
 * then be refused if it declares it in another way.
 *
 * @throws an error of the connection, of TLS or of the broker, see `explainBrokerError`; the signal's reason. Nothing is left.
 */
export async function openQueueLink({ address, tls, limits, signal }: QueueLinkSettings): Promise<QueueLink> {
  const socket = new AbortController();
  const forward = (): void => socket.abort(signal.reason);
  signal.throwIfAborted();
  signal.addEventListener('abort', forward, { once: true });
  let model: ChannelModel | undefined;
  const close = async (): Promise<void> => {
    if (model !== undefined && !socket.signal.aborted) await sayGoodbye(model);
    socket.abort();
  };
  try {
    model = await connectTo(address, tls, socket.signal);
    const ending = Promise.withResolvers<string>();
    watchEnd(model, ending.resolve);
    const queue = address.queue ?? `nephometer.shadow.${randomBytes(6).toString('hex')}`;
    const { channel, inbox } = await consume(model, { address, queue, limits, onEnd: ending.resolve });
    return {
      ended: ending.promise,
      take: () => takeAll(channel, inbox),
      waiting: (own) => countWaiting(channel, queue, own),
      close,
    };
  } catch (error) {
    await close();
    signal.throwIfAborted();
    throw error;
  } finally {
    signal.removeEventListener('abort', forward);
  }
}

/** Who hangs up without a word gets a warning in the log of the broker. */
async function sayGoodbye(model: ChannelModel): Promise<void> {
  await withDeadline(new AbortController().signal, ANSWER_LIMIT_MS, (deadline) =>
    raceAbort(model.close(), deadline),
  ).catch(() => undefined);
}

function connectTo(address: QueueAddress, tls: TlsMaterial, signal: AbortSignal): Promise<ChannelModel> {
  const { host, port, isTls, user, password, vhost } = address;
  // Node's sockets take a signal; the types of TLS options do not say so.
  const options: SocketOptions & { readonly signal: AbortSignal } = {
    ...tls,
    signal,
    clientProperties: { connection_name: 'nephometer shadow' },
  };
  const protocol = isTls ? 'amqps' : 'amqp';
  // A percent sign in a vhost would be taken for an encoded character.
  const encoded = encodeURIComponent(vhost);
  return connect(
    { protocol, hostname: host, port, username: user, password, vhost: encoded, heartbeat: HEARTBEAT_S },
    options,
  );
}

function watchEnd(model: ChannelModel, end: (why: string) => void): void {
  model.on('error', (error) => end(formatError(error)));
  model.on('close', (error) => end(error === undefined ? 'closed' : formatError(error)));
}

interface Consuming {
  readonly address: QueueAddress;
  readonly queue: string;
  readonly limits: QueueLimits;
  readonly onEnd: (why: string) => void;
}

async function consume(
  model: ChannelModel,
  { address, queue, limits, onEnd }: Consuming,
): Promise<{ readonly channel: Channel; readonly inbox: ConsumeMessage[] }> {
  const channel = await model.createChannel();
  channel.on('error', (error) => onEnd(formatError(error)));
  // A connection that ends closes its channels first, and tells the reason after that.
  channel.on('close', () => queueMicrotask(() => onEnd('the broker closed the channel')));
  await channel.checkExchange(address.exchange);
  await channel.assertQueue(queue, {
    exclusive: true,
    durable: false,
    autoDelete: true,
    maxLength: limits.waiting,
    // A vhost may have another default, which cannot be exclusive.
    arguments: { 'x-queue-type': 'classic' },
  });
  for (const key of address.keys) await channel.bindQueue(queue, address.exchange, key);
  await channel.prefetch(limits.delivered);
  const inbox: ConsumeMessage[] = [];
  await channel.consume(queue, (message) => {
    if (message === null) onEnd('the queue was deleted');
    else inbox.push(message);
  });
  return { channel, inbox };
}

function takeAll(channel: Channel, inbox: ConsumeMessage[]): string[] {
  const taken = inbox.splice(0);
  const last = taken.at(-1);
  try {
    if (last !== undefined) channel.ack(last, true);
  } catch {
    // The channel is closed, and its messages with it: but these have come.
  }
  return taken.map(({ content }) => content.toString('utf8'));
}

async function countWaiting(channel: Channel, queue: string, signal: AbortSignal): Promise<number | undefined> {
  try {
    const { messageCount } = await withDeadline(signal, ANSWER_LIMIT_MS, (deadline) =>
      raceAbort(channel.checkQueue(queue), deadline),
    );
    return messageCount;
  } catch {
    signal.throwIfAborted();
    return undefined;
  }
}
