/** What became of the messages that were sent to a partition at once. */
export type ProduceVerdict =
  /** All replicas that must have them have them. */
  | { readonly kind: 'stored' }
  /** The broker does not take them for what they are, one of them at least: it is too large, for example. */
  | { readonly kind: 'refused'; readonly reason: string }
  /** Anything else; they may be stored or not. */
  | { readonly kind: 'failed'; readonly error: unknown };

// Error codes of the protocol (kafka.apache.org/protocol#protocol_error_codes).
const stored = new Set([0, 46]);
const refusals: Readonly<Record<number, string>> = {
  10: 'it is larger than the brokers take (message.max.bytes)',
  18: 'it is larger than a segment of the topic',
  32: 'its time is out of the range that the topic takes',
  44: 'a policy of the brokers does not allow it',
  87: 'the brokers do not take such a record',
};

/** Reads the library's error. It holds what the brokers answered to each attempt: what one of them says is stored is stored. */
export function judgeFailure(error: unknown): ProduceVerdict {
  const answers = [...errorsIn(error)].flatMap((part) => ('response' in part ? answersIn(part.response) : []));
  if (answers.some(({ code }) => stored.has(code))) return { kind: 'stored' };
  const last = answers.at(-1);
  const reason = last && refusals[last.code];
  if (reason === undefined) return { kind: 'failed', error };
  return { kind: 'refused', reason: last?.words === undefined ? reason : `${reason}: ${last.words}` };
}

/** An error and all that it holds, once each, from the outermost to the innermost. */
export function* errorsIn(error: unknown, seen = new Set<unknown>()): Generator<Error> {
  if (!(error instanceof Error) || seen.has(error)) return;
  seen.add(error);
  yield error;
  if (error instanceof AggregateError) for (const inner of error.errors) yield* errorsIn(inner, seen);
  yield* errorsIn(error.cause, seen);
}

interface Answer {
  readonly code: number;
  /** The broker's own; most say nothing. */
  readonly words: string | undefined;
}

/** What a response to Produce says of each partition; of any other response: nothing. */
function answersIn(response: unknown): readonly Answer[] {
  return listIn(response, 'responses')
    .flatMap((topic) => listIn(topic, 'partitionResponses'))
    .flatMap((partition) => {
      const code = fieldOf(partition, 'errorCode');
      const words = fieldOf(partition, 'errorMessage');
      return typeof code === 'number' ? [{ code, words: typeof words === 'string' ? words : undefined }] : [];
    });
}

function listIn(value: unknown, name: string): readonly unknown[] {
  const list = fieldOf(value, name);
  return Array.isArray(list) ? (list as readonly unknown[]) : [];
}

function fieldOf(value: unknown, name: string): unknown {
  return typeof value === 'object' && value !== null ? (value as Readonly<Record<string, unknown>>)[name] : undefined;
}
