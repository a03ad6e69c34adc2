/** What the server says to a message. */
export type PublishAnswer =
  /** It is in the stream, by this message or by an earlier one with the same id. */
  | { readonly kind: 'stored' }
  /** The stream will never take this message. */
  | { readonly kind: 'refused'; readonly reason: string }
  /** No stream has the subject, or none that is up; or there is no JetStream at all. */
  | { readonly kind: 'nobody' }
  /** Not now. */
  | { readonly kind: 'failed'; readonly errorCode: number; readonly words: string };

// Codes of JetStream's errors (nats-server, server/errors.json): of a message that is too large, of its headers.
const refusals = [10054, 10097];

/** Reads an answer: its status (503: nobody has the subject), and its text, which is JSON otherwise. */
export function readAnswer(status: number, text: string): PublishAnswer {
  if (status === 503 && text === '') return { kind: 'nobody' };
  const answer = parse(text);
  const error = fieldOf(answer, 'error');
  if (error === undefined) {
    return typeof fieldOf(answer, 'stream') === 'string'
      ? { kind: 'stored' }
      : { kind: 'failed', errorCode: 0, words: 'what acknowledges is not a stream' };
  }
  const errorCode = Number(fieldOf(error, 'err_code') ?? 0);
  const description = fieldOf(error, 'description');
  const words = typeof description === 'string' ? description : 'it gives no reason';
  return refusals.includes(errorCode) ? { kind: 'refused', reason: words } : { kind: 'failed', errorCode, words };
}

function parse(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

function fieldOf(value: unknown, name: string): unknown {
  return typeof value === 'object' && value !== null ? (value as Readonly<Record<string, unknown>>)[name] : undefined;
}
