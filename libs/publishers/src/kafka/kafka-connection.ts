import { raceAbort, withDeadline } from '@nephometer/abortable';
import type * as Kafka from '@platformatic/kafka';
import { readTlsFiles } from '../tls-files.ts';
import { PublisherError } from '../publisher-error.ts';
import type { KafkaOptions } from './kafka-options.ts';
import type { KafkaMessage } from './message-pieces.ts';
import { judgeFailure } from './produce-verdict.ts';
import type { ProduceVerdict } from './produce-verdict.ts';

/** Called for a partition, with what was sent to it. */
export type OnVerdict = (part: readonly KafkaMessage[], verdict: ProduceVerdict) => void;

/** A producer with connections of its own to all brokers. One call at a time. */
export interface KafkaConnection {
  /** How many partitions the topic has; it is made if the brokers allow that. */
  partitionCount(signal: AbortSignal): Promise<number>;
  /**
   * Sends messages, those of a partition at once, and says of each partition what became of it as soon as that is known. A broker
   * that gets the same messages again within the call stores them once. Resolves when all is known.
   */
  send(messages: readonly KafkaMessage[], onVerdict: OnVerdict, signal: AbortSignal): Promise<void>;
  /** Breaks everything at once. Safe twice. */
  destroy(): Promise<void>;
}

// Within a call, and within its time: elections of leaders mostly take less. With less than 2 the library tries for ever.
const retries = 5;
const retryDelayMs = 200;

/** So old may be what we know of partitions and their leaders; who is wrong about a leader is told so anyway. */
const metadataAgeMs = 30_000;

/**
 * A connection that is made with the first call, to the first broker that answers. Reads the files of TLS, so that a new one takes
 * renewed ones.
 */
export async function createKafkaConnection(options: KafkaOptions, baseDirectory?: string): Promise<KafkaConnection> {
  const { brokers, topic, compression, timeoutMs, tls, sasl } = options;
  const kafka = await import('@platformatic/kafka');
  const files = tls && (await readTlsFiles(tls, baseDirectory));
  const producer: Kafka.Producer = new kafka.Producer({
    clientId: 'nephometer',
    bootstrapBrokers: brokers.map(({ host, port }) => ({ host, port })),
    idempotent: true,
    // "None so far": without these the library asks for producer 0, which not every broker takes.
    producerId: -1n,
    producerEpoch: -1,
    autocreateTopics: true,
    compression,
    retries,
    retryDelay: retryDelayMs,
    // Never within a send, see there.
    metadataMaxAge: 100 * metadataAgeMs,
    // One broker that stays silent must leave time to ask another.
    connectTimeout: timeoutMs / 3,
    requestTimeout: timeoutMs / 3,
    timeout: timeoutMs / 4,
    ...(files && { tls: files }),
    ...(sasl && { sasl: { mechanism: sasl.mechanism, username: sasl.user, password: sasl.password } }),
  });
  let trouble: unknown;
  // A connection tells of an error more than once; the library listens once, and the second one would end the process.
  producer.connections.on('connecting', ({ connection }: { connection: Kafka.Connection }) =>
    connection.on('error', (error) => {
      trouble = error;
    }),
  );
  /** Who waits for an answer is only told that the connection was closed. */
  const explained = (error: unknown): unknown =>
    trouble === undefined ? error : new AggregateError([error, trouble], 'a connection failed');

  const knowTopic = async (): Promise<number> => {
    const { topics } = await producer.metadata({ topics: [topic], metadataMaxAge: metadataAgeMs });
    const count = topics.get(topic)?.partitionsCount ?? 0;
    if (count === 0) throw new PublisherError('target_failed', 'the topic has no partitions yet');
    return count;
  };

  async function sendAll(messages: readonly KafkaMessage[], onVerdict: OnVerdict): Promise<void> {
    // A send that fails makes the library forget its numbering. A send that had begun before, and had to wait for one of these
    // two, would then number its messages from 0 again, and brokers take such messages for old ones and drop them.
    if (producer.producerId === undefined) await producer.initIdempotentProducer({});
    await knowTopic();
    const sends = [...Map.groupBy(messages, ({ partition }) => partition)].map(async ([partition, part]) => {
      const records = part.map(({ key, value, headers }) => ({ topic, partition, key, value, headers }));
      const verdict = await producer.send({ messages: records }).then(
        (): ProduceVerdict => ({ kind: 'stored' }),
        (error: unknown) => judgeFailure(explained(error)),
      );
      onVerdict(part, verdict);
    });
    await Promise.all(sends);
  }

  const bounded = <T>(work: () => Promise<T>, signal: AbortSignal): Promise<T> =>
    withDeadline(signal, timeoutMs, (ending) => {
      trouble = undefined;
      const explaining = work().catch((error: unknown) => {
        throw explained(error);
      });
      return raceAbort(explaining, ending);
    });

  return {
    partitionCount: (signal) => bounded(knowTopic, signal),
    send: (messages, onVerdict, signal) => bounded(() => sendAll(messages, onVerdict), signal),
    async destroy() {
      const sockets = [...producer.connections].map(([, connection]) => connection.socket);
      const closed = producer.close(true);
      // Closing waits for what is on its way, and a silent broker would hold that for ever.
      for (const socket of sockets) socket?.destroy();
      await closed;
    },
  };
}
