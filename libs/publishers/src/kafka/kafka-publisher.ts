import type { Publisher, PublisherFactory, PublisherSettings } from '@nephometer/plugin';
import type { Sample } from '@nephometer/sample';
import { createRefusals } from '../refusals.ts';
import type { Refusals } from '../refusals.ts';
import { createMessageSigner } from '../message/message-signer.ts';
import { messageToJson, meteringMessage } from '../message/metering-message.ts';
import { PublisherError } from '../publisher-error.ts';
import { createBatchMemory } from './batch-memory.ts';
import type { BatchMemory } from './batch-memory.ts';
import { createKafkaConnection } from './kafka-connection.ts';
import type { KafkaConnection } from './kafka-connection.ts';
import { kafkaError, targetName } from './kafka-error.ts';
import { parseKafkaUrl } from './kafka-options.ts';
import type { KafkaOptions } from './kafka-options.ts';
import { messagePieces } from './message-pieces.ts';
import type { KafkaMessage } from './message-pieces.ts';
import { partitionOf } from './partition-of.ts';
import type { ProduceVerdict } from './produce-verdict.ts';

const idHeader = Buffer.from('message_id');
const typeHeader = Buffer.from('content-type');
const json = Buffer.from('application/json');

/** A call of the publisher. */
interface Call {
  readonly connection: KafkaConnection;
  readonly batch: BatchMemory;
  readonly refusals: Refusals;
  readonly signal: AbortSignal;
}

/** Sends each sample as a message, and takes what all in-sync replicas have as delivered. */
function createKafkaPublisher(
  options: KafkaOptions,
  { telemetrySecret, compat, baseDirectory }: PublisherSettings,
): Publisher {
  const closedError = (): PublisherError =>
    new PublisherError('closed', `the publisher to ${targetName(options)} is closed`);
  const signer = createMessageSigner({ secret: telemetrySecret, compat });
  // Calls that overlap have one each: a producer counts its messages, and counts wrongly when one of two sends fails.
  const connections = new Set<KafkaConnection>();
  const idle: KafkaConnection[] = [];
  const memory = createBatchMemory();
  let isClosed = false;

  async function connect(): Promise<KafkaConnection> {
    const connection = await createKafkaConnection(options, baseDirectory);
    connections.add(connection);
    if (!isClosed) return connection;
    // While the library was loaded.
    await release(connection);
    throw closedError();
  }

  async function release(connection: KafkaConnection): Promise<void> {
    connections.delete(connection);
    await connection.destroy();
  }

  function* encode(samples: readonly Sample[], batch: BatchMemory, partitions: number): Generator<KafkaMessage> {
    for (const [index, sample] of samples.entries()) {
      if (batch.isStored(index)) continue;
      const key = Buffer.from(sample.resourceId);
      yield {
        index,
        partition: partitionOf(key, partitions),
        key,
        value: Buffer.from(messageToJson(signer.sign(meteringMessage(sample, { compat })))),
        headers: new Map([
          [idHeader, Buffer.from(sample.id)],
          [typeHeader, json],
        ]),
      };
    }
  }

  async function deliver(samples: readonly Sample[], call: Call): Promise<void> {
    const partitions = await call.connection.partitionCount(call.signal);
    for (const piece of messagePieces(encode(samples, call.batch, partitions))) await send(piece, call);
  }

  return {
    async publish(samples, signal) {
      signal.throwIfAborted();
      if (isClosed) throw closedError();
      const batch = memory.of(samples);
      let connection: KafkaConnection | undefined;
      try {
        connection = idle.pop() ?? (await connect());
        const refusals = createRefusals();
        await deliver(samples, { connection, batch, refusals, signal });
        idle.push(connection);
        batch.forget();
        return refusals.list();
      } catch (error) {
        // It may be in the middle of anything; a new one begins with fresh knowledge of brokers and certificates.
        if (connection) await release(connection);
        signal.throwIfAborted();
        if (isClosed) throw closedError();
        throw kafkaError(options, error, batch.done());
      }
    },
    async close() {
      isClosed = true;
      await Promise.all([...connections].map(release));
    },
  };
}

/** Sends a piece. What a partition does not take is cut in two until the message that is to blame stands alone: it is refused. */
async function send(piece: readonly KafkaMessage[], call: Call): Promise<void> {
  const refused: { readonly part: readonly KafkaMessage[]; readonly reason: string }[] = [];
  const failures: unknown[] = [];
  const onVerdict = (part: readonly KafkaMessage[], verdict: ProduceVerdict): void => {
    if (verdict.kind === 'stored') for (const { index } of part) call.batch.store(index);
    else if (verdict.kind === 'refused') refused.push({ part, reason: verdict.reason });
    else failures.push(verdict.error);
  };
  await call.connection.send(piece, onVerdict, call.signal);
  if (failures.length > 0) throw failures[0];

  for (const { part, reason } of refused) {
    const [only] = part;
    if (only !== undefined && part.length === 1) {
      call.refusals.add(reason, 1, `a message of ${only.value.length} bytes for ${only.key.toString()}`);
      continue;
    }
    const half = Math.ceil(part.length / 2);
    await send(part.slice(0, half), call);
    await send(part.slice(half), call);
  }
}

/** `kafka://[user:password@]broker[:9092][,broker...][?options]` */
export const kafkaPublisherFactory: PublisherFactory = {
  scheme: 'kafka',
  validate(url) {
    const parsed = parseKafkaUrl(url);
    return parsed.ok ? [] : parsed.problems;
  },
  create(url, settings) {
    const parsed = parseKafkaUrl(url);
    if (!parsed.ok)
      throw new PublisherError('bad_url', `the URL is not a target of Kafka: ${parsed.problems.join('; ')}`);
    return createKafkaPublisher(parsed.options, settings);
  },
};
