import { resolve } from 'node:path';
import { DeadlineError, raceAbort, withDeadline } from '@nephometer/abortable';
import type { Publisher, PublisherFactory, PublisherSettings } from '@nephometer/plugin';
import { hostPortText } from '../host-port.ts';
import { createMessageSigner } from '../message/message-signer.ts';
import { meteringMessage } from '../message/metering-message.ts';
import { PublisherError } from '../publisher-error.ts';
import type { BrokerAddress } from './broker-addresses.ts';
import { openBrokerConnection } from './broker-connection.ts';
import type { BrokerConnection } from './broker-connection.ts';
import { brokerError } from './broker-error.ts';
import { createNotifications } from './notification.ts';
import type { Notification } from './notification.ts';
import { parseNotifierUrl } from './notifier-options.ts';
import type { NotifierOptions } from './notifier-options.ts';

/** A connection, and to whom. */
interface Connected {
  readonly connection: BrokerConnection;
  readonly broker: BrokerAddress;
}

/** Sends a batch as one notification to each topic, and resolves when RabbitMQ has confirmed all of them. One connection for all calls. */
function createNotifierPublisher(options: NotifierOptions, settings: PublisherSettings): Publisher {
  const { telemetrySecret: secret, compat, hostName } = settings;
  const signer = createMessageSigner({ secret, compat });
  const { format, topics, isPerMeter } = options;
  const life = new AbortController();
  let open: Promise<Connected> | undefined;
  /** Where the next connection is tried first: where the last one was. */
  let first = 0;

  const targetOf = ({ at }: BrokerAddress): string => `notifier://${hostPortText(at)}`;
  const name = options.brokers.map(targetOf).join(', ');

  async function connect(): Promise<Connected> {
    const errors: PublisherError[] = [];
    for (let tried = 0; tried < options.brokers.length; tried += 1) {
      const broker = options.brokers[(first + tried) % options.brokers.length];
      if (broker === undefined) break;
      try {
        const connection = await openBrokerConnection(broker, options, `nephometer on ${hostName}`, life.signal);
        first = (first + tried) % options.brokers.length;
        return { connection, broker };
      } catch (error) {
        if (life.signal.aborted) throw closedError();
        errors.push(brokerError(targetOf(broker), error, broker.password));
      }
    }
    const [only] = errors;
    if (errors.length === 1 && only) throw only;
    const text = errors.map(({ message }) => message).join('; ');
    throw new PublisherError(only?.code ?? 'unreachable', text, { cause: new AggregateError(errors) });
  }

  /** The connection there is, or a new one, which all who wait for it share. */
  async function connected(signal: AbortSignal): Promise<Connected> {
    const opening = (open ??= connect());
    const forget = (): void => {
      if (open === opening) open = undefined;
    };
    opening.catch(forget);
    const kept = await raceAbort(opening, signal);
    if (kept.connection.isOpen) return kept;
    forget();
    await kept.connection.close();
    return connected(signal);
  }

  function notificationsOf(samples: Parameters<Publisher['publish']>[0]): readonly Notification[] {
    const messages = samples.map((sample) => signer.sign(meteringMessage(sample, { compat })));
    return createNotifications(messages, { format, topics, isPerMeter, hostName, nowMs: Date.now() });
  }

  function closedError(): PublisherError {
    return new PublisherError('closed', `the publisher to ${name} is closed`);
  }

  return {
    async publish(samples, signal) {
      signal.throwIfAborted();
      if (life.signal.aborted) throw closedError();
      const { connection, broker } = await connected(signal);
      if (connection.blocked !== undefined) throw blockedError(targetOf(broker), connection.blocked);
      const notifications = notificationsOf(samples);
      try {
        await withDeadline(signal, options.timeoutMs, async (limited) => {
          await connection.declare(limited);
          await Promise.all(notifications.map((each) => connection.send(each, limited)));
        });
      } catch (cause) {
        signal.throwIfAborted();
        if (life.signal.aborted) throw closedError();
        // What it got it will read when it is well again, and the confirmation is waited for then.
        if (connection.blocked !== undefined && connection.isOpen)
          throw blockedError(targetOf(broker), connection.blocked);
        if (cause instanceof DeadlineError) connection.destroy();
        throw brokerError(targetOf(broker), cause, broker.password);
      }
      return [];
    },
    async close() {
      life.abort();
      const kept = await open?.catch(() => undefined);
      await kept?.connection.close();
    },
  };
}

function blockedError(target: string, reason: string): PublisherError {
  return new PublisherError('target_failed', `${target}: it takes no messages for now (${reason})`);
}

/** `notifier://[[user:password@]host[:port][,...][/virtual_host]][?options]` */
export const notifierPublisherFactory: PublisherFactory = {
  scheme: 'notifier',
  // Ceilometer's polling agent sends 50 in a message. Its consumers fetch a hundred messages at a time.
  delivery: { batchSize: 500, batchBytes: 1024 * 1024 },
  validate(url, settings = { transportUrl: 'rabbit://not-known?ssl=1' }) {
    const parsed = parseNotifierUrl(url, settings);
    return parsed.ok ? [] : parsed.problems;
  },
  create(url, settings) {
    const parsed = parseNotifierUrl(url, settings);
    if (!parsed.ok) throw new PublisherError('bad_url', `it is not a RabbitMQ: ${parsed.problems.join('; ')}`);
    return createNotifierPublisher(withAbsolutePaths(parsed.options, settings.baseDirectory), settings);
  },
};

function withAbsolutePaths(options: NotifierOptions, baseDirectory = ''): NotifierOptions {
  if (!options.tls) return options;
  const { caFile, certFile, keyFile, isVerified } = options.tls;
  const absolute = (path: string): string => resolve(baseDirectory, path);
  const tls = {
    isVerified,
    ...(caFile !== undefined && { caFile: absolute(caFile) }),
    ...(certFile !== undefined && { certFile: absolute(certFile) }),
    ...(keyFile !== undefined && { keyFile: absolute(keyFile) }),
  };
  return { ...options, tls };
}
