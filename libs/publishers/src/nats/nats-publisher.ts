import type { Publisher, PublisherFactory, PublisherSettings } from '@nephometer/plugin';
import { sampleToJson } from '@nephometer/sample';
import type { Sample } from '@nephometer/sample';
import { createRefusals } from '../refusals.ts';
import { createMessageSigner } from '../message/message-signer.ts';
import { messageToJson, meteringMessage } from '../message/metering-message.ts';
import { PublisherError } from '../publisher-error.ts';
import { createNatsConnection } from './nats-connection.ts';
import type { NatsConnection, NatsMessage } from './nats-connection.ts';
import { answerError, natsError, streamError, targetName } from './nats-error.ts';
import { parseNatsUrl } from './nats-options.ts';
import type { NatsOptions } from './nats-options.ts';
import type { PublishAnswer } from './publish-answer.ts';
import { subjectOf } from './subject.ts';

/** What became of the samples of a call so far, each at its place in the batch. */
interface Outcome {
  readonly stored: Set<number>;
  readonly refused: Map<number, Blame>;
}

/** Why a sample is refused. */
interface Blame {
  /** The same for many. */
  readonly reason: string;
  readonly what: string;
}

type Obstacle = Extract<PublishAnswer, { readonly kind: 'nobody' | 'failed' }>;

/** The server ends the connection of who sends a longer line; a subject stands in one with other things. */
const longestSubject = 1000;

/** Publishes each sample to the subject of its meter, and takes what a stream has acknowledged as delivered. */
function createNatsPublisher(
  options: NatsOptions,
  { telemetrySecret, compat, baseDirectory }: PublisherSettings,
): Publisher {
  const target = targetName(options);
  const closedError = (): PublisherError => new PublisherError('closed', `the publisher to ${target} is closed`);
  const signer = createMessageSigner({ secret: telemetrySecret, compat });
  let connection: NatsConnection | undefined;
  let isClosed = false;

  async function connect(signal: AbortSignal): Promise<NatsConnection> {
    if (connection) return connection;
    const created = await createNatsConnection(options, baseDirectory, signal);
    // Another call may have been faster, or the publisher closed meanwhile.
    if (connection || isClosed) await created.destroy();
    if (isClosed) throw closedError();
    connection ??= created;
    return connection;
  }

  const encode = (sample: Sample): NatsMessage => ({
    subject: subjectOf(options.prefix, sample.name),
    payload: Buffer.from(
      options.format === 'sample'
        ? sampleToJson(sample)
        : messageToJson(signer.sign(meteringMessage(sample, { compat }))),
    ),
    id: sample.id,
  });

  /** Why the server would not take a message; `undefined` if it is not too large. */
  function tooLarge({ subject, payload, id }: NatsMessage, maxPayload: number): string | undefined {
    if (Buffer.byteLength(subject) > longestSubject) return `a subject has at most ${longestSubject} bytes`;
    // Names and ends of lines of the headers take less than 64.
    const headers = 64 + Buffer.byteLength(id) + Buffer.byteLength(options.stream ?? '');
    if (payload.length + headers <= maxPayload) return undefined;
    return `the server takes ${maxPayload} bytes with headers (max_payload)`;
  }

  /** Sends what is neither stored nor refused; gives the first obstacle. */
  async function attempt(
    to: NatsConnection,
    samples: readonly Sample[],
    { stored, refused }: Outcome,
    signal: AbortSignal,
  ): Promise<Obstacle | undefined> {
    const places: number[] = [];
    const messages: NatsMessage[] = [];
    const refuse = (place: number, { payload }: NatsMessage, reason: string): void => {
      const { name, resourceId } = samples[place] ?? {};
      refused.set(place, { reason, what: `${payload.length} bytes of ${name} of ${resourceId}` });
    };
    for (const [place, sample] of samples.entries()) {
      if (stored.has(place) || refused.has(place)) continue;
      const message = encode(sample);
      const reason = tooLarge(message, to.maxPayload);
      if (reason !== undefined) {
        refuse(place, message, reason);
        continue;
      }
      places.push(place);
      messages.push(message);
    }
    let obstacle: Obstacle | undefined;
    const onAnswer = (index: number, answer: PublishAnswer): void => {
      const [place, message] = [places[index], messages[index]];
      if (place === undefined || message === undefined) return;
      if (answer.kind === 'stored') stored.add(place);
      else if (answer.kind === 'refused') refuse(place, message, `the stream does not take it: ${answer.reason}`);
      else obstacle ??= answer;
    };
    await to.publish(messages, onAnswer, signal);
    return obstacle;
  }

  async function deliver(
    to: NatsConnection,
    samples: readonly Sample[],
    outcome: Outcome,
    signal: AbortSignal,
  ): Promise<void> {
    const obstacle = await attempt(to, samples, outcome, signal);
    if (obstacle === undefined) return;
    // A stream is only asked for when there is none: who has made one needs no right to make others.
    if (obstacle.kind !== 'nobody' || !options.newStream || !to.hasJetStream) {
      throw answerError(options, obstacle, to.hasJetStream);
    }
    await makeStream(to, signal);
    const second = await attempt(to, samples, outcome, signal);
    if (second) throw answerError(options, second, to.hasJetStream);
  }

  async function makeStream(to: NatsConnection, signal: AbortSignal): Promise<void> {
    if (!options.newStream) return;
    try {
      await to.createStream(options.newStream, options.prefix, signal);
    } catch (error) {
      signal.throwIfAborted();
      throw streamError(options, error);
    }
  }

  return {
    async publish(samples, signal) {
      signal.throwIfAborted();
      if (isClosed) throw closedError();
      const outcome: Outcome = { stored: new Set(), refused: new Map() };
      let used: NatsConnection | undefined;
      try {
        used = await connect(signal);
        await deliver(used, samples, outcome, signal);
      } catch (error) {
        // Other calls on it fail as well, and come again.
        if (connection === used) connection = undefined;
        await used?.destroy();
        signal.throwIfAborted();
        if (isClosed) throw closedError();
        throw natsError(options, error, doneOf(outcome));
      }
      const refusals = createRefusals();
      for (const { reason, what } of outcome.refused.values()) refusals.add(reason, 1, what);
      return refusals.list();
    },
    async close() {
      isClosed = true;
      await connection?.destroy();
    },
  };
}

/** How many samples from the beginning are stored. Refused ones come again: a failure cannot tell of them. */
function doneOf({ stored }: Outcome): number {
  let done = 0;
  while (stored.has(done)) done += 1;
  return done;
}

/** `nats://[user:password@|token@]host[:4222][,host...][/prefix][?options]` */
export const natsPublisherFactory: PublisherFactory = {
  scheme: 'nats',
  validate(url) {
    const parsed = parseNatsUrl(url);
    return parsed.ok ? [] : parsed.problems;
  },
  create(url, settings) {
    const parsed = parseNatsUrl(url);
    if (!parsed.ok)
      throw new PublisherError('bad_url', `the URL is not a target of NATS: ${parsed.problems.join('; ')}`);
    return createNatsPublisher(parsed.options, settings);
  },
};
