import type { Clock } from '@nephometer/abortable';
import type { OpenstackCredentials } from '@nephometer/service-config';
import { answerError } from './answer-error.ts';
import type { Backoff } from './backoff.ts';
import { parseCatalog } from './catalog.ts';
import type { Endpoint } from './catalog.ts';
import { authRequest, credentialsAdvice, secretsOf } from './credentials.ts';
import { describeUrl } from './http-client.ts';
import type { HttpAnswer, HttpRequest } from './http-client.ts';
import { asObject, asText, parseObject } from './json.ts';
import { OpenstackError } from './openstack-error.ts';
import { createSharedWork } from './shared-work.ts';

/** A token is renewed this long before it expires, in ms; a short-lived one in the last tenth of its life. */
const RENEWED_BEFORE_MS = 60_000;

/** A token and what came with it. */
export interface Token {
  /** Secret: to be sent, never to be shown. */
  readonly id: string;
  readonly catalog: readonly Endpoint[];
  /** When it was issued by Keystone's clock, in ms since 1970. */
  readonly issuedAtMs: number;
  /** The same moment by ours. */
  readonly obtainedAtMs: number;
  /** When it wants renewal, by our clock. */
  readonly renewAtMs: number;
}

/** What tokens are made of. */
export interface KeystoneInput {
  readonly authUrl: string;
  readonly credentials: OpenstackCredentials;
  /** Sends within the budget, and counts. */
  readonly send: (request: HttpRequest, signal: AbortSignal) => Promise<HttpAnswer>;
  /** A wrong password is not tried again and again: the account would be locked. */
  readonly backoff: Backoff;
  readonly clock: Clock;
}

/** Gets tokens, and keeps the last one while it is good. Callers at the same time share one request. */
export interface Keystone {
  /** The token there is, or a new one. */
  token(signal: AbortSignal): Promise<Token>;
  /** A new token in place of one that a service refused; the present one if it has already been replaced. */
  renew(refused: Token, signal: AbortSignal): Promise<Token>;
  /** Safe twice. */
  close(): Promise<void>;
}

/**
 * A client of the Identity API v3.
 *
 * @throws OpenstackError `not-configured` if the URL is none
 */
export function createKeystone({ authUrl, credentials, send, backoff, clock }: KeystoneInput): Keystone {
  const url = tokensUrl(authUrl);
  const work = createSharedWork();
  let current: Token | undefined;

  async function request(signal: AbortSignal): Promise<Token> {
    backoff.check();
    try {
      const answer = await send({ method: 'POST', url, headers: {}, body: authRequest(credentials) }, signal);
      if (answer.status !== 201 && answer.status !== 200) throw refusal(url, answer, credentials);
      current = parseToken(answer, url, clock.now());
      backoff.succeeded();
      return current;
    } catch (error) {
      if (error instanceof OpenstackError && error.code !== 'closed') backoff.failed(error);
      throw error;
    }
  }

  return {
    async token(signal) {
      if (current && clock.now() < current.renewAtMs) return current;
      return work.run('token', request, signal);
    },
    async renew(refused, signal) {
      if (current && current !== refused) return current;
      return work.run('token', request, signal);
    },
    close: () => work.close(),
  };
}

/** A URL with the version of the API at its end, which configurations and catalogs often leave out. */
export function withVersion(url: URL, version: string): URL {
  return /\/v\d[\d.]*\/*$/.test(url.pathname) ? url : below(url, version);
}

/** `path` below a URL, whether that ends in a slash or not. */
export function below(base: URL, path: string): URL {
  const url = new URL(base);
  url.pathname = `${base.pathname.replace(/\/+$/, '')}/${path}`;
  return url;
}

function tokensUrl(authUrl: string): URL {
  const url = URL.canParse(authUrl) ? new URL(authUrl) : undefined;
  if (url?.protocol !== 'http:' && url?.protocol !== 'https:') {
    throw new OpenstackError('not-configured', 'auth_url is not a URL of Keystone, such as "https://keystone:5000/v3"');
  }
  return below(withVersion(url, 'v3'), 'auth/tokens');
}

function refusal(url: URL, answer: HttpAnswer, credentials: OpenstackCredentials): OpenstackError {
  // For a token that it does not know Keystone says 404, with a message; for a path, with a page.
  const unknownToken = credentials.kind === 'token' && answer.status === 404 && parseObject(answer.text) !== undefined;
  if (answer.status === 401 || unknownToken) {
    const words = `Keystone at ${describeUrl(url)} does not accept the credentials: ${credentialsAdvice(credentials)}`;
    return new OpenstackError('bad-credentials', words);
  }
  if (answer.status === 404) {
    return new OpenstackError('bad-answer', `${describeUrl(url)}: there is no Identity API v3 here; check auth_url`);
  }
  return answerError({ url, answer, secrets: secretsOf(credentials) });
}

/** Lifetime is counted by Keystone's clock alone, so that ours may be wrong. */
function parseToken({ headers, text }: HttpAnswer, url: URL, nowMs: number): Token {
  const id = asText(headers['x-subject-token']);
  const token = asObject(parseObject(text)?.['token']);
  const issuedAtMs = Date.parse(asText(token?.['issued_at']) ?? '');
  const expiresAtMs = Date.parse(asText(token?.['expires_at']) ?? '');
  if (id === undefined || !token || Number.isNaN(issuedAtMs) || Number.isNaN(expiresAtMs)) {
    throw new OpenstackError('bad-answer', `${describeUrl(url)}: the answer has no token; check auth_url`);
  }
  const lifetimeMs = expiresAtMs - issuedAtMs;
  return {
    id,
    catalog: parseCatalog(token),
    issuedAtMs,
    obtainedAtMs: nowMs,
    renewAtMs: nowMs + lifetimeMs - Math.min(RENEWED_BEFORE_MS, lifetimeMs / 10),
  };
}
