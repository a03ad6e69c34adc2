import type { ChannelModel, ConfirmChannel } from 'amqplib';
import { raceAbort, withDeadline } from '@nephometer/abortable';
import { readTlsFiles } from '../tls-files.ts';
import type { BrokerAddress } from './broker-addresses.ts';
import type { Notification } from './notification.ts';
import type { NotifierOptions } from './notifier-options.ts';

/** A connection to a RabbitMQ with a channel whose messages are confirmed. Calls may overlap. */
export interface BrokerConnection {
  /** False as soon as it, or its channel, broke. It is to be closed then all the same. */
  readonly isOpen: boolean;
  /** Why RabbitMQ reads nothing that is published, in its words: it is short of memory or disk. */
  readonly blocked: string | undefined;
  /**
   * Declares exchange and queues, for what they are there for: a message without a queue is confirmed, and lost.
   *
   * @throws amqplib's error, the signal's reason
   */
  declare(signal: AbortSignal): Promise<void>;
  /**
   * Resolves when RabbitMQ has confirmed the message. One with the id of an earlier one that was not waited for to the end is
   * not sent again: it waits for the same confirmation.
   *
   * @throws amqplib's error, the signal's reason
   */
  send(notification: Notification, signal: AbortSignal): Promise<void>;
  /** Takes leave; at once if it does not answer that. Safe twice. */
  close(): Promise<void>;
  /** Without a farewell. */
  destroy(): void;
}

/** Seconds between signs of life. After two to three times as long without one, the connection counts as broken. */
const heartbeatSeconds = 20;

/** How long to wait for a farewell. */
const farewellMs = 1000;

/** Confirmations that are kept for a message that may come again; more than messages of a batch usually are. */
const mostConfirmations = 1000;

/**
 * Connects and opens the channel, within the options' timeout.
 *
 * @param clientName how RabbitMQ shows the connection
 * @throws amqplib's or the system's error, PublisherError `bad_file`, `DeadlineError`, the signal's reason
 */
export async function openBrokerConnection(
  broker: BrokerAddress,
  options: NotifierOptions,
  clientName: string,
  signal: AbortSignal,
): Promise<BrokerConnection> {
  // Aborting it destroys the socket, which amqplib keeps to itself.
  const life = new AbortController();
  try {
    return await withDeadline(signal, options.timeoutMs, async (limited) => {
      const model = await raceAbort(connectTo(broker, options, clientName, life.signal), limited);
      // What an event says is also said to everyone who waits.
      model.on('error', () => undefined);
      const channel = await raceAbort(model.createConfirmChannel(), limited);
      return connectionOf(model, channel, options, life);
    });
  } catch (error) {
    life.abort();
    throw error;
  }
}

async function connectTo(
  { at, user, password }: BrokerAddress,
  { virtualHost, tls }: NotifierOptions,
  clientName: string,
  life: AbortSignal,
): Promise<ChannelModel> {
  const [{ connect }, files] = await Promise.all([import('amqplib'), tls && readTlsFiles(tls)]);
  const address = {
    protocol: tls ? 'amqps' : 'amqp',
    hostname: at.host,
    port: at.port,
    username: user,
    password,
    // It is decoded once more.
    vhost: encodeURIComponent(virtualHost),
    heartbeat: heartbeatSeconds,
  };
  const clientProperties = { connection_name: clientName };
  const socket = {
    rejectUnauthorized: files?.rejectUnauthorized,
    ca: files?.ca,
    cert: files?.cert,
    key: files?.key,
    noDelay: true,
    keepAlive: true,
    signal: life,
    clientProperties,
  };
  return connect(address, socket);
}

function connectionOf(
  model: ChannelModel,
  channel: ConfirmChannel,
  options: NotifierOptions,
  life: AbortController,
): BrokerConnection {
  const { exchange, isDurable: durable, isAutoDelete: autoDelete, isQuorum, topics } = options;
  const confirmations = new Map<string, Promise<void>>();
  let isOpen = true;
  let isGone = false;
  let blocked: string | undefined;
  let why: unknown;
  const broke = (cause: unknown): void => {
    isOpen = false;
    why ??= cause;
  };
  model.on('blocked', (reason) => {
    blocked = reason;
  });
  model.on('unblocked', () => {
    blocked = undefined;
  });
  model.on('error', broke);
  model.on('close', (cause) => {
    isGone = true;
    broke(cause);
  });
  channel.on('error', broke);
  channel.on('close', () => broke(undefined));

  /** The error that comes out of a call on a channel that is over says only that. */
  const explained = async <T>(call: Promise<T>, signal: AbortSignal): Promise<T> => {
    try {
      return await raceAbort(call, signal);
    } catch (error) {
      throw signal.aborted || isOpen ? error : (why ?? error);
    }
  };

  const confirmation = ({ id, routingKey, body }: Notification): Promise<void> =>
    new Promise((resolve, reject) => {
      const properties = {
        contentType: 'application/json',
        contentEncoding: 'utf-8',
        headers: {},
        deliveryMode: 2,
        priority: 0,
        messageId: id,
        mandatory: false,
      };
      channel.publish(exchange, routingKey, body, properties, (error: unknown) => {
        if (error === null) resolve();
        else reject(error instanceof Error ? error : new Error('message nacked'));
      });
    });

  return {
    get isOpen() {
      return isOpen;
    },
    get blocked() {
      return blocked;
    },
    async declare(signal) {
      const declared = channel.assertExchange(exchange, 'topic', { durable, autoDelete });
      const queueArguments = isQuorum ? { 'x-queue-type': 'quorum' } : {};
      const queues = topics.map(async (topic) => {
        const queue = `${topic}.sample`;
        await channel.assertQueue(queue, { durable, autoDelete, arguments: queueArguments });
        await channel.bindQueue(queue, exchange, queue);
      });
      await explained(Promise.all([declared, ...queues]), signal);
    },
    async send(notification, signal) {
      const { id } = notification;
      const waiting = confirmations.get(id) ?? confirmation(notification);
      waiting.catch(() => confirmations.delete(id));
      confirmations.set(id, waiting);
      const [oldest] = confirmations.keys();
      if (confirmations.size > mostConfirmations && oldest !== undefined) confirmations.delete(oldest);
      await explained(waiting, signal);
      confirmations.delete(id);
    },
    async close() {
      isOpen = false;
      if (!isGone && blocked === undefined) {
        const leaving = model.close().catch(() => undefined);
        await withDeadline(life.signal, farewellMs, (limited) => raceAbort(leaving, limited)).catch(() => undefined);
      }
      life.abort();
    },
    destroy() {
      isOpen = false;
      life.abort();
    },
  };
}
