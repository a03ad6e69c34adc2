import { harmlessText } from '../harmless-text.ts';
import { answerError } from '../http/answer-error.ts';
import type { HttpAnswer, HttpTarget } from '../http/http-target.ts';
import type { PublisherError } from '../publisher-error.ts';

/** Gnocchi's REST API, version 1. */
export interface GnocchiApi {
  /**
   * Sends a request and resolves with the answer, whatever it says. May be called at the same time.
   *
   * @param path below `/v1/`, encoded
   * @throws PublisherError, a passing one, if there is no answer; the signal's reason if aborted
   */
  send(request: GnocchiRequest, signal: AbortSignal): Promise<GnocchiAnswer>;
  /** Safe twice. */
  close(): Promise<void>;
}

/** One request. */
export interface GnocchiRequest {
  readonly method: 'GET' | 'POST' | 'PATCH';
  /** Below `/v1/`, encoded. */
  readonly path: string;
  /** Sent as JSON. */
  readonly body?: unknown;
}

/** What Gnocchi answered. */
export interface GnocchiAnswer {
  readonly status: number;
  /** The body, if it is JSON; for an error what Gnocchi says of it. */
  readonly content: unknown;
  /** Why it is no success, as one harmless line. */
  readonly words: string;
  /** The same as an error, a passing one: what is refused for ever is told in another way. */
  error(): PublisherError;
}

/**
 * @param path what stands before `/v1`
 * @param secrets what must not be shown if Gnocchi, or what stands before it, repeats it
 */
export function createBasicApi(target: HttpTarget, path: string, secrets: readonly string[]): GnocchiApi {
  return {
    async send({ method, path: below, body }, signal) {
      const headers = { accept: 'application/json', ...(body !== undefined && { 'content-type': 'application/json' }) };
      const answer = await target.send(
        {
          method,
          path: `${path}/v1/${below}`,
          headers,
          ...(body !== undefined && { body: JSON.stringify(body) }),
        },
        signal,
      );
      return toGnocchiAnswer(answer, secrets);
    },
    close: () => target.close(),
  };
}

/** An answer of HTTP as one of Gnocchi. */
export function toGnocchiAnswer(answer: HttpAnswer, secrets: readonly string[] = []): GnocchiAnswer {
  const { status } = answer;
  const isSuccess = isFine(status);
  const parsed = parseJson(answer.body);
  const content = isSuccess ? parsed : fieldOf(parsed, 'description');
  const said = wordsOf(content) || wordsOf(fieldOf(parsed, 'title'));
  const words = isSuccess ? '' : harmlessText(said, secrets) || answer.words;
  return {
    status,
    content,
    words,
    error: () => answerError({ ...answer, words }, { isPermanent: () => false }),
  };
}

/** Whether a status is a success. */
export function isFine(status: number): boolean {
  return status >= 200 && status < 300;
}

/** Whether an answer blames what was sent, and not who sent it, the time, or Gnocchi itself. */
export function isRefusal({ status }: GnocchiAnswer): boolean {
  return [400, 403, 404, 409, 413, 415, 422].includes(status);
}

/** A text, or a cause with a reason. */
function wordsOf(description: unknown): string {
  const reason = fieldOf(description, 'reason') ?? fieldOf(description, 'detail');
  const parts = [typeof description === 'string' ? description : fieldOf(description, 'cause'), reason];
  const texts = parts
    .filter((part) => part !== undefined)
    .map((part) => (typeof part === 'string' ? part : JSON.stringify(part)));
  return texts.join(': ');
}

/** A field of what may be an object; `undefined` if there is none. */
export function fieldOf(value: unknown, name: string): unknown {
  return typeof value === 'object' && value !== null && name in value
    ? (value as Readonly<Record<string, unknown>>)[name]
    : undefined;
}

function parseJson(body: Buffer): unknown {
  try {
    return JSON.parse(body.toString('utf8'));
  } catch {
    return undefined;
  }
}
