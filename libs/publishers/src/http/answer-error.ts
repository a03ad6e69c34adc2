import { PublisherError } from '../publisher-error.ts';
import type { PublisherErrorCode } from '../publisher-error.ts';
import { harmlessText } from '../harmless-text.ts';
import type { HttpAnswer } from './http-target.ts';

/** How {@link answerError} judges. */
export interface AnswerErrorOptions {
  /**
   * Whether the same request would always get this status, asked of a status from 400 to 499 that does not say otherwise by
   * itself (401, 403, 407, 408, 425 and 429 pass). Default: {@link isFaultOfContent}; the others are mostly a wrong address,
   * which somebody may mend while samples wait.
   */
  readonly isPermanent?: (status: number) => boolean;
  /** So many samples from the beginning of the batch are done with. Default 0. */
  readonly done?: number;
}

/** Whether a status blames what was sent: Bad Request, Content Too Large, Unsupported Media Type, Unprocessable Content. */
export function isFaultOfContent(status: number): boolean {
  return status === 400 || status === 413 || status === 415 || status === 422;
}

/** Nobody is left in peace for longer, whatever they ask, in milliseconds: an hour. */
const longestRetryAfterMs = 3_600_000;

/**
 * The error of an answer that is not a success, that is with a status outside 200 to 299. It says what the server said, and what to
 * check; 429, 503 and the others that pass bring the time of `Retry-After`, up to an hour.
 */
export function answerError(answer: HttpAnswer, options: AnswerErrorOptions = {}): PublisherError {
  const { code, isPermanent = false, advice } = judge(answer, options.isPermanent ?? isFaultOfContent);
  const retryAfterMs = isPermanent ? undefined : retryAfterOf(answer);
  const said = answer.words === '' ? '' : `: "${answer.words}"`;
  const message = `${answer.target} answered ${answer.status}${said}${advice === undefined ? '' : `; ${advice}`}`;
  return new PublisherError(code, message, {
    isPermanent,
    ...(retryAfterMs !== undefined && { retryAfterMs }),
    ...(options.done !== undefined && { done: options.done }),
  });
}

interface Judgement {
  readonly code: PublisherErrorCode;
  readonly isPermanent?: boolean;
  readonly advice?: string;
}

function judge({ status, headers }: HttpAnswer, isPermanent: (status: number) => boolean): Judgement {
  if (status >= 500) return { code: 'target_failed' };
  switch (status) {
    case 401:
      return { code: 'unauthorized', advice: 'check the user and the password' };
    case 403:
      return { code: 'unauthorized', advice: 'check what the user is allowed' };
    case 407:
      return { code: 'unauthorized', advice: 'a proxy stands between' };
    case 408:
    case 425:
    case 429:
      return { code: 'target_failed' };
  }
  if (status >= 400) {
    if (isPermanent(status)) return { code: 'refused', isPermanent: true };
    return { code: 'refused', ...([404, 405, 410].includes(status) && { advice: 'check the path' }) };
  }
  const place = headers['location'];
  if (typeof place !== 'string') return { code: 'bad_answer' };
  return { code: 'refused', advice: `redirects are not followed, this one goes to ${withoutSecrets(place)}` };
}

function withoutSecrets(place: string): string {
  return harmlessText(place.replace(/[?#].*$/s, '').replace(/\/\/[^/]*@/, '//'));
}

/** Seconds, or a date, by the server's own clock where it says what that shows (RFC 9110, 10.2.3). In milliseconds. */
function retryAfterOf({ headers }: HttpAnswer): number | undefined {
  const value = headers['retry-after'];
  if (typeof value !== 'string') return undefined;
  const waitMs = /^\d+$/.test(value) ? Number(value) * 1000 : Date.parse(value) - serverTime(headers['date']);
  return Number.isNaN(waitMs) ? undefined : Math.min(Math.max(waitMs, 0), longestRetryAfterMs);
}

function serverTime(date: string | string[] | undefined): number {
  const time = typeof date === 'string' ? Date.parse(date) : NaN;
  return Number.isNaN(time) ? Date.now() : time;
}
