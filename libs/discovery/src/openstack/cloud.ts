import type { Clock } from '@nephometer/abortable';
import type { Metadata } from '@nephometer/sample';
import { answerCode, answerError } from './answer-error.ts';
import { createBackoff } from './backoff.ts';
import type { Backoff } from './backoff.ts';
import { findEndpoint } from './catalog.ts';
import type { Endpoint } from './catalog.ts';
import { secretsOf } from './credentials.ts';
import { createHttpClient, describeUrl } from './http-client.ts';
import type { HttpAnswer, HttpRequest } from './http-client.ts';
import { parseObject } from './json.ts';
import { createKeystone } from './keystone.ts';
import type { Token } from './keystone.ts';
import { monotonicClock } from './monotonic-clock.ts';
import { OpenstackError } from './openstack-error.ts';
import type { OpenstackConfig } from '@nephometer/service-config';
import { createRequestBudget } from './request-budget.ts';
import { createRequestCounts } from './request-counts.ts';
import type { RequestCount, RequestKind, RequestOutcome } from './request-counts.ts';

/** A catalog without the wanted service may have got it since: asked for again after this, in ms. */
const CATALOG_STALE_AFTER_MS = 300_000;

/** One thing to read from a service. */
export interface CloudRequest {
  readonly kind: RequestKind;
  /** Type of the service in the catalog. */
  readonly service: string;
  /** The whole URL, made from the service's endpoint. */
  readonly url: (endpoint: URL) => URL;
  readonly headers?: Readonly<Record<string, string>>;
}

/**
 * Reads from the services of one OpenStack cloud, in the name of one user. Everything that uses it keeps one budget of
 * requests. Calls may overlap; they reject with an {@link OpenstackError}, or with the signal's reason.
 */
export interface Cloud {
  readonly settings: OpenstackConfig;
  /** Tells the time to all that has to do with this cloud; it never jumps. */
  readonly clock: Clock;
  /** What the service says, one JSON object. A token that it refuses is renewed once. */
  get(request: CloudRequest, signal: AbortSignal): Promise<Metadata>;
  /** All endpoints of all services. */
  catalog(signal: AbortSignal): Promise<readonly Endpoint[]>;
  /** The time by the cloud's own clock, in ms since 1970: that of Keystone when it gave the present token, and on from there. */
  timeMs(signal: AbortSignal): Promise<number>;
  /** A pause after failures of what is no service's but, for example, one host's. */
  createBackoff(): Backoff;
  /** What was asked since the start, for self-metrics. */
  requests(): readonly RequestCount[];
  /** Call it after everything that uses it has been closed. Safe twice. */
  close(): Promise<void>;
}

/** What a test hands in. */
export interface CloudSettings {
  readonly clock?: Clock;
  /** From 0 to below 1. */
  readonly random?: () => number;
}

/**
 * Makes a client of a cloud; asks for nothing yet.
 *
 * @throws OpenstackError `not-configured` if `authUrl` is no URL, or the file of certificates cannot be read
 */
export function createCloud(settings: OpenstackConfig, overrides: CloudSettings = {}): Cloud {
  const { clock = monotonicClock, random = Math.random } = overrides;
  const http = createHttpClient(settings);
  const budget = createRequestBudget(settings, clock);
  const counts = createRequestCounts();
  const backoffs = new Map<string, Backoff>();
  const keystone = createKeystone({
    authUrl: settings.authUrl,
    credentials: settings.credentials,
    send: (request, signal) => send('token', request, signal),
    backoff: createBackoff(clock, random),
    clock,
  });

  /** Sends when the budget allows it and `mayGo` does not throw by then; counts what was sent. */
  function send(kind: RequestKind, request: HttpRequest, signal: AbortSignal, mayGo?: () => void): Promise<HttpAnswer> {
    return budget.run(async () => {
      mayGo?.();
      try {
        const answer = await http.send(request, signal);
        counts.add(kind, outcomeOf(kind, answer));
        return answer;
      } catch (error) {
        if (error instanceof OpenstackError) counts.add(kind, error.code);
        throw error;
      }
    }, signal);
  }

  function backoffOf(service: string): Backoff {
    const backoff = backoffs.get(service) ?? createBackoff(clock, random);
    backoffs.set(service, backoff);
    return backoff;
  }

  async function endpointOf(service: string, token: Token, signal: AbortSignal): Promise<URL> {
    const query = { region: settings.regionName, interface: settings.interface };
    try {
      return findEndpoint(token.catalog, service, query);
    } catch (error) {
      if (clock.now() - token.obtainedAtMs < CATALOG_STALE_AFTER_MS) throw error;
      return findEndpoint((await keystone.renew(token, signal)).catalog, service, query);
    }
  }

  async function get({ kind, service, url, headers }: CloudRequest, signal: AbortSignal): Promise<Metadata> {
    const backoff = backoffOf(service);
    backoff.check();
    let token = await keystone.token(signal);
    const target = url(await endpointOf(service, token, signal));
    const attempt = async ({ id }: Token): Promise<HttpAnswer> => {
      const request = { method: 'GET', url: target, headers: { ...headers, 'X-Auth-Token': id } } as const;
      // Looked at again when its turn has come: many may have been waiting when the pause began.
      return send(kind, request, signal, () => backoff.check());
    };
    try {
      let answer = await attempt(token);
      if (answer.status === 401) {
        token = await keystone.renew(token, signal);
        answer = await attempt(token);
      }
      const secrets = [token.id, ...secretsOf(settings.credentials)];
      if (answer.status !== 200) throw answerError({ url: target, answer, secrets });
      backoff.succeeded();
      const value = parseObject(answer.text);
      if (!value) throw new OpenstackError('bad-answer', `${describeUrl(target)}: the answer is not a JSON object`);
      return value;
    } catch (error) {
      if (error instanceof OpenstackError && isOutage(error)) backoff.failed(error);
      throw error;
    }
  }

  return {
    settings,
    clock,
    get,
    catalog: async (signal) => (await keystone.token(signal)).catalog,
    async timeMs(signal) {
      const { issuedAtMs, obtainedAtMs } = await keystone.token(signal);
      return issuedAtMs + clock.now() - obtainedAtMs;
    },
    createBackoff: () => createBackoff(clock, random),
    requests: () => counts.all(),
    async close() {
      await keystone.close();
      http.close();
    },
  };
}

/**
 * Whether an error says that a service as a whole is not to be had, so that nobody need try for a while. One that fails at a
 * single thing, or takes too long for it, does not.
 */
export function isOutage({ code }: OpenstackError): boolean {
  return code === 'unreachable' || code === 'overloaded' || code === 'token-refused';
}

/** Keystone's 401 is about the credentials, that of any other service about the token. */
function outcomeOf(kind: RequestKind, answer: HttpAnswer): RequestOutcome {
  if (answer.status >= 200 && answer.status < 300) return 'ok';
  const code = answerCode(answer);
  return kind === 'token' && code === 'token-refused' ? 'bad-credentials' : code;
}
