import { raceAbort, withDeadline } from '@nephometer/abortable';
import type * as Nats from '@nats-io/transport-node';
import { PublisherError } from '../publisher-error.ts';
import { dial } from './dial.ts';
import type { NatsOptions, NewStream } from './nats-options.ts';
import { readAnswer } from './publish-answer.ts';
import type { PublishAnswer } from './publish-answer.ts';

/** A message for a stream. */
export interface NatsMessage {
  readonly subject: string;
  readonly payload: Uint8Array;
  /** A stream stores one of those that have the same, within its window. */
  readonly id: string;
}

/** A connection to one of the servers. Calls may overlap. */
export interface NatsConnection {
  /** Of a message with its headers, in bytes; the server breaks the connection for more. */
  readonly maxPayload: number;
  /** False: the server has no JetStream. */
  readonly hasJetStream: boolean;
  /**
   * Sends messages in order, at most {@link mostPending} ahead of the answers, and calls `onAnswer` with each; no more are sent
   * after an answer that is neither `stored` nor `refused`. Resolves when all that was sent is answered; rejects when no answer
   * comes in time, when the connection ends, or with the abort reason.
   */
  publish(
    messages: readonly NatsMessage[],
    onAnswer: (index: number, answer: PublishAnswer) => void,
    signal: AbortSignal,
  ): Promise<void>;
  /** Makes a stream for all subjects below a prefix; fine if it is there just so. */
  createStream(stream: NewStream, prefix: string, signal: AbortSignal): Promise<void>;
  /** Ends it at once. Safe twice. */
  destroy(): Promise<void>;
}

/** So many messages of a call may be without an answer. */
const mostPending = 1000;

/** So long a new stream remembers the ids of messages: longer than the delivery waits between two attempts. */
const duplicateWindowMs = 10 * 60_000;

/** Connects to the first server that answers. Files are read for each connection, so that renewed ones are taken. */
export async function createNatsConnection(
  options: NatsOptions,
  baseDirectory: string | undefined,
  signal: AbortSignal,
): Promise<NatsConnection> {
  const { timeoutMs, stream } = options;
  const nats = await import('@nats-io/transport-node');
  const connection = await dial(nats, options, baseDirectory, signal);
  // Not a promise: one that lives as long as the connection would keep everything that was ever raced against it.
  const calls = new Set<(error: unknown) => void>();
  let fault: { readonly error: unknown } | undefined;
  const fail = (error: unknown): void => {
    fault ??= { error };
    for (const reject of calls) reject(error);
  };
  void watch(connection, fail);

  async function createStream(created: NewStream, prefix: string): Promise<void> {
    const { jetstreamManager } = await import('@nats-io/jetstream');
    const manager = await jetstreamManager(connection, { checkAPI: false, timeout: timeoutMs });
    await manager.streams.add({
      name: created.name,
      subjects: [`${prefix}.>`],
      max_age: nats.nanos(created.maxAgeMs),
      max_bytes: created.maxBytes,
      num_replicas: created.replicas,
      duplicate_window: nats.nanos(Math.min(duplicateWindowMs, created.maxAgeMs)),
    });
  }

  return {
    maxPayload: connection.info?.max_payload ?? Infinity,
    hasJetStream: connection.info?.jetstream ?? false,
    async publish(messages, onAnswer, callSignal) {
      const inbox = nats.createInbox();
      let next = Promise.withResolvers<void>();
      let pending = 0;
      let isStopped = false;
      const wake = (error?: unknown): void => {
        if (error === undefined) next.resolve();
        else next.reject(error);
      };
      const nextAnswer = async (): Promise<void> => {
        next = Promise.withResolvers();
        if (fault) throw fault.error;
        await withDeadline(callSignal, timeoutMs, (ending) => raceAbort(next.promise, ending));
      };
      // Rejected while nobody waits, it must not end the process.
      next.promise.catch(() => undefined);
      const subscription = connection.subscribe(`${inbox}.*`, {
        callback(error, message) {
          if (error) {
            fail(error);
            return;
          }
          const answer = readAnswer(message.headers?.code ?? 0, message.string());
          isStopped ||= answer.kind !== 'stored' && answer.kind !== 'refused';
          pending -= 1;
          onAnswer(Number(message.subject.slice(inbox.length + 1)), answer);
          wake();
        },
      });
      calls.add(wake);
      try {
        for (const [index, { subject, payload, id }] of messages.entries()) {
          while (pending >= mostPending) await nextAnswer();
          if (isStopped) break;
          const headers = nats.headers();
          headers.set('Nats-Msg-Id', id);
          if (stream !== undefined) headers.set('Nats-Expected-Stream', stream);
          connection.publish(subject, payload, { reply: `${inbox}.${index}`, headers });
          pending += 1;
        }
        while (pending > 0) await nextAnswer();
      } finally {
        calls.delete(wake);
        if (!connection.isClosed()) subscription.unsubscribe();
      }
    },
    createStream: (created, prefix, callSignal) =>
      withDeadline(callSignal, timeoutMs, (ending) => raceAbort(createStream(created, prefix), ending)),
    destroy: () => connection.close(),
  };
}

/** What the server says without being asked: that we may not do something, and the end of the connection. */
async function watch(connection: Nats.NatsConnection, fail: (error: unknown) => void): Promise<void> {
  for await (const status of connection.status()) if (status.type === 'error') fail(status.error);
  fail((await connection.closed()) ?? new PublisherError('unreachable', 'the connection broke before the answer'));
}
