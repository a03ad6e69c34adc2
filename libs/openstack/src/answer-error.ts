import type { MetadataValue } from '@nephometer/sample';
import type { HttpAnswer } from './http-client.ts';
import { describeUrl } from './http-client.ts';
import { asObject, asText, parseObject } from './json.ts';
import { OpenstackError } from './openstack-error.ts';
import type { OpenstackErrorCode } from './openstack-error.ts';

/** As much of a service's own words as a message quotes. */
const LONGEST_QUOTE = 200;

/** What is known when a service has answered with a status that is no success. */
export interface Refusal {
  readonly url: URL;
  readonly answer: HttpAnswer;
  /** What must not be quoted: passwords, secrets, tokens. */
  readonly secrets: readonly string[];
}

/** An answer that is no success as an error: the one place where statuses become codes. */
export function answerError({ url, answer, secrets }: Refusal): OpenstackError {
  const { code, advice } = meaningOf(answer);
  const quote = hide(quoteOf(answer.text), secrets);
  const words = `${describeUrl(url)}: HTTP ${answer.status}${quote && ` "${quote}"`}${advice && `; ${advice}`}`;
  const retryAfterMs = parseRetryAfter(answer);
  return new OpenstackError(code, words, retryAfterMs === undefined ? {} : { retryAfterMs });
}

/** What a status that is no success means. */
export function answerCode(answer: HttpAnswer): OpenstackErrorCode {
  return meaningOf(answer).code;
}

function meaningOf({ status, headers }: HttpAnswer): { readonly code: OpenstackErrorCode; readonly advice: string } {
  switch (status) {
    case 401:
      return {
        code: 'token-refused',
        advice: 'the service does not accept the token; check its own Keystone settings',
      };
    case 403:
      return { code: 'refused', advice: 'give the user a role that may do this' };
    case 404:
      return { code: 'not-found', advice: '' };
    case 406:
      return { code: 'bad-answer', advice: 'check "microversion": the service does not have it' };
    case 429:
    case 502:
    case 503:
    case 504:
      return { code: 'overloaded', advice: '' };
    default:
      if (status >= 300 && status < 400) {
        const { location } = headers;
        return { code: 'bad-answer', advice: `a redirect${location ? ` to ${String(location)}` : ''} is not followed` };
      }
      return { code: 'failed', advice: '' };
  }
}

/** Services wrap their message in one object of varying name: `{"itemNotFound": {"message": "..."}}`. */
function quoteOf(text: string): string {
  const wrapped = Object.values(parseObject(text) ?? {}).map((value: MetadataValue) =>
    asText(asObject(value)?.['message']),
  );
  const message = wrapped.find((found) => found !== undefined) ?? '';
  return message.replaceAll(/\s+/g, ' ').trim();
}

/** Cuts only what has been made harmless: half a secret is one, too. */
function hide(quote: string, secrets: readonly string[]): string {
  const harmless = secrets.reduce((text, secret) => (secret === '' ? text : text.replaceAll(secret, '***')), quote);
  return harmless.length > LONGEST_QUOTE ? `${harmless.slice(0, LONGEST_QUOTE)}...` : harmless;
}

/**
 * How long an answer asks to be left in peace, in milliseconds, if it does: in seconds, or by a date of HTTP, which is compared
 * with the answer's own date.
 */
export function parseRetryAfter({ headers }: HttpAnswer): number | undefined {
  const text = asText(headers['retry-after']);
  if (text === undefined) return undefined;
  if (/^\d+$/.test(text)) return Number(text) * 1000;
  const untilMs = Date.parse(text);
  const nowMs = Date.parse(asText(headers['date']) ?? '');
  return Number.isNaN(untilMs) || Number.isNaN(nowMs) ? undefined : Math.max(0, untilMs - nowMs);
}
