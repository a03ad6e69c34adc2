import type { Clock } from '@nephometer/abortable';
import type { Metadata } from '@nephometer/sample';
import type { OpenstackConfig } from '@nephometer/service-config';
import { answerCode, answerError } from './answer-error.ts';
import { createBackoff } from './backoff.ts';
import type { Backoff } from './backoff.ts';
import { findEndpoint } from './catalog.ts';
import type { Endpoint } from './catalog.ts';
import { secretsOf } from './credentials.ts';
import { createHttpClient, describeUrl } from './http-client.ts';
import type { HttpAnswer, HttpMethod, HttpRequest } from './http-client.ts';
import { parseObject } from './json.ts';
import { createKeystone } from './keystone.ts';
import type { Token } from './keystone.ts';
import { monotonicClock } from './monotonic-clock.ts';
import { OpenstackError } from './openstack-error.ts';
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
  /** Sent at once, outside the budget, and after failures too: for who has pauses of its own. Default false. */
  readonly isUrgent?: boolean;
}

/** One thing to ask of a service, or to tell it. */
export interface ServiceRequest extends Omit<CloudRequest, 'isUrgent'> {
  readonly method: HttpMethod;
  /** Sent as JSON. */
  readonly body?: unknown;
  /** How long it may take with all of its answer, in ms. Default: as the settings say. */
  readonly timeoutMs?: number;
}

/**
 * Asks the services of one OpenStack cloud, in the name of one user. Calls may overlap; they reject with an
 * {@link OpenstackError}, or with the signal's reason.
 */
export interface Cloud {
  readonly settings: OpenstackConfig;
  /** Tells the time to all that has to do with this cloud; it never jumps. */
  readonly clock: Clock;
  /**
   * What the service says, one JSON object. A token that it refuses is renewed once. All who use this keep one budget of
   * requests, and leave a service that is away in peace together.
   */
  get(request: CloudRequest, signal: AbortSignal): Promise<Metadata>;
  /**
   * What the service answers, whatever its status; but a token that it refuses is renewed once, and refused again an error.
   * Always urgent. Only the pauses after failures of Keystone are kept.
   */
  request(request: ServiceRequest, signal: AbortSignal): Promise<HttpAnswer>;
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

/** A request in the name of a token. */
interface Attempt {
  readonly kind: RequestKind;
  readonly request: HttpRequest;
  readonly token: Token;
}

/** An answer, and what it is the answer to. */
interface Answered extends Attempt {
  readonly answer: HttpAnswer;
}

/** How a request is sent: in its turn, or at once. */
type Send = (attempt: Attempt, signal: AbortSignal) => Promise<HttpAnswer>;

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
    // Not in the budget: one request an hour, for which those would wait who have nothing to do with the budget.
    send: (request, signal) => send('token', request, signal),
    backoff: createBackoff(clock, random),
    clock,
  });

  /** Counts what was sent. */
  async function send(kind: RequestKind, request: HttpRequest, signal: AbortSignal): Promise<HttpAnswer> {
    try {
      const answer = await http.send(request, signal);
      counts.add(kind, outcomeOf(kind, answer));
      return answer;
    } catch (error) {
      if (error instanceof OpenstackError) counts.add(kind, error.code);
      throw error;
    }
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

  /** A token that the service refuses is renewed once. */
  async function exchange(
    { kind, service, url: urlOf, headers, ...rest }: ServiceRequest,
    sendIt: Send,
    signal: AbortSignal,
  ): Promise<Answered> {
    const first = await keystone.token(signal);
    const url = urlOf(await endpointOf(service, first, signal));
    const attempt = async (token: Token): Promise<Answered> => {
      const request = { ...rest, url, headers: { ...headers, 'X-Auth-Token': token.id } };
      return { kind, request, token, answer: await sendIt({ kind, request, token }, signal) };
    };
    const answered = await attempt(first);
    return answered.answer.status === 401 ? attempt(await keystone.renew(first, signal)) : answered;
  }

  function refusal({ request: { url }, answer, token }: Answered): OpenstackError {
    return answerError({ url, answer, secrets: [token.id, ...secretsOf(settings.credentials)] });
  }

  const sendAtOnce = ({ kind, request }: Attempt, signal: AbortSignal): Promise<HttpAnswer> =>
    send(kind, request, signal);

  async function get({ isUrgent = false, ...request }: CloudRequest, signal: AbortSignal): Promise<Metadata> {
    const backoff = backoffOf(request.service);
    if (!isUrgent) backoff.check();
    const noted = (error: unknown): unknown => {
      if (error instanceof OpenstackError && isOutage(error)) backoff.failed(error);
      return error;
    };
    // A pause is begun, and looked at again, within the turn: many may be waiting for theirs by then.
    const sendInTurn: Send = (attempt, ending) =>
      budget.run(async () => {
        backoff.check();
        const answer = await sendAtOnce(attempt, ending);
        if (answer.status !== 200 && answer.status !== 401) throw noted(refusal({ ...attempt, answer }));
        return answer;
      }, ending);
    try {
      const answered = await exchange({ ...request, method: 'GET' }, isUrgent ? sendAtOnce : sendInTurn, signal);
      if (answered.answer.status !== 200) throw refusal(answered);
      backoff.succeeded();
      const value = parseObject(answered.answer.text);
      if (value) return value;
      const words = `${describeUrl(answered.request.url)}: the answer is not a JSON object`;
      throw new OpenstackError('bad-answer', words);
    } catch (error) {
      throw noted(error);
    }
  }

  return {
    settings,
    clock,
    get,
    async request(request, signal) {
      const answered = await exchange(request, sendAtOnce, signal);
      if (answered.answer.status === 401) throw refusal(answered);
      return answered.answer;
    },
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
