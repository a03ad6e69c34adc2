import { createServer } from 'node:http';
import type { IncomingMessage, Server, ServerResponse } from 'node:http';
import { answerJson, answerText } from './http-answer.ts';
import { isHealthy } from './health.ts';
import type { HealthReport } from './health.ts';
import { formatListenAddress } from './listen-address.ts';
import type { ListenAddress } from './listen-address.ts';
import type { Logger } from './logger.ts';
import type { SelfMetrics } from './self-metrics.ts';
import { removeStaleSocket } from './stale-socket.ts';
import { toListenError } from './listen-error.ts';

/**
 * Answers one request. `signal` aborts when the client has gone or the server closes: a handler that streams ends then.
 * A handler that throws before it has answered gives a 500; the error is logged, not shown. HEAD requests come to the GET
 * handler; what it writes as a body is not sent.
 */
export type HttpHandler = (
  request: IncomingMessage,
  response: ServerResponse,
  signal: AbortSignal,
) => void | Promise<void>;

/** A handler for GET and HEAD, or handlers by method (GET includes HEAD). */
export type HttpRoute = HttpHandler | Readonly<Record<string, HttpHandler>>;

/** What an HTTP server is made of. */
export interface HttpSettings {
  readonly address: ListenAddress;
  /** By path. A path that ends in `/` takes everything below it, too, the longest one first; `/` takes only itself. */
  readonly handlers: Readonly<Record<string, HttpRoute>>;
  /** Called on every request of `/healthz`; quick, and never throws. */
  readonly health: () => HealthReport;
  readonly metrics: SelfMetrics;
  readonly logger: Logger;
  /** How long {@link HttpServer.close} lets running requests finish, in ms. Default 2000. */
  readonly graceMs?: number;
}

/** A listening server. */
export interface HttpServer {
  /** What it is bound to, with the real port, in the form of {@link formatListenAddress}. */
  readonly address: string;
  /** Stops listening, lets running requests finish for the grace period, cuts the rest. Safe twice. */
  close(): Promise<void>;
}

/**
 * Serves the given handlers, `/metrics` (Prometheus' text format) and `/healthz` (200, or 503 if a check fails; JSON naming
 * each check). It trusts no client: 100 connections, 16 KiB of headers within 10 s, a request within 30 s, 30 s without
 * progress; a handler that streams slowly by design sets its socket's timeout to 0.
 *
 * @throws ServiceError `address-in-use`, `address-unavailable`, `address-not-permitted`, `listen-failed`
 */
export async function serveHttp(settings: HttpSettings): Promise<HttpServer> {
  const { address, health, metrics, logger, graceMs = 2000 } = settings;
  const closing = new AbortController();
  const routes: Readonly<Record<string, HttpRoute>> = {
    ...settings.handlers,
    '/metrics': async (_request, response) => answerText(response, 200, await metrics.text(), metrics.contentType),
    '/healthz': (_request, response) => {
      const report = health();
      const healthy = isHealthy(report);
      answerJson(response, healthy ? 200 : 503, { status: healthy ? 'ok' : 'failing', checks: report.checks });
    },
  };
  const limits = { headersTimeout: 10_000, requestTimeout: 30_000, keepAliveTimeout: 5_000, maxHeaderSize: 16_384 };
  const server = createServer(limits, (request, response) => {
    void answer(routes, request, response, closing.signal, logger);
  });
  server.maxConnections = 100;
  server.setTimeout(30_000);

  const bound = await listen(server, address);
  // Errors after this point concern single connections that could not be accepted.
  server.on('error', (err) => logger.warn({ err }, 'HTTP connection not accepted'));
  let closed: Promise<void> | undefined;
  return {
    address: bound,
    close: () => (closed ??= close(server, closing, graceMs)),
  };
}

async function answer(
  routes: Readonly<Record<string, HttpRoute>>,
  request: IncomingMessage,
  response: ServerResponse,
  closing: AbortSignal,
  logger: Logger,
): Promise<void> {
  const gone = new AbortController();
  const abort = (): void => gone.abort(closing.reason);
  closing.addEventListener('abort', abort, { once: true });
  response.once('close', () => {
    closing.removeEventListener('abort', abort);
    gone.abort(new Error('the client has gone'));
  });
  try {
    if (closing.aborted) abort();
    await dispatch(routes, request, response, gone.signal);
  } catch (err) {
    if (gone.signal.aborted) return void response.destroy();
    logger.error({ err, method: request.method, path: pathOf(request) }, 'HTTP request failed');
    if (response.headersSent) response.destroy();
    else answerText(response, 500, 'internal error; see the log of the service\n');
  }
}

async function dispatch(
  routes: Readonly<Record<string, HttpRoute>>,
  request: IncomingMessage,
  response: ServerResponse,
  signal: AbortSignal,
): Promise<void> {
  response.setHeader('X-Content-Type-Options', 'nosniff');
  response.setHeader('Cache-Control', 'no-store');
  const route = findRoute(routes, pathOf(request));
  if (route === undefined) return answerText(response, 404, 'not found\n');
  const methods = new Map(Object.entries(typeof route === 'function' ? { GET: route } : route));
  const get = methods.get('GET');
  if (get !== undefined) methods.set('HEAD', get);
  const handler = methods.get(request.method ?? '');
  if (handler === undefined) {
    response.setHeader('Allow', [...methods.keys()].join(', '));
    return answerText(response, 405, 'method not allowed\n');
  }
  await handler(request, response, signal);
}

function findRoute(routes: Readonly<Record<string, HttpRoute>>, path: string): HttpRoute | undefined {
  if (Object.hasOwn(routes, path)) return routes[path];
  const above = Object.keys(routes).filter(
    (prefix) => prefix.length > 1 && prefix.endsWith('/') && path.startsWith(prefix),
  );
  const longest = above.toSorted((left, right) => right.length - left.length)[0];
  return longest === undefined ? undefined : routes[longest];
}

function pathOf(request: IncomingMessage): string {
  const url = request.url ?? '/';
  const end = url.indexOf('?');
  return end === -1 ? url : url.slice(0, end);
}

/** Resolves with the bound address. */
async function listen(server: Server, address: ListenAddress): Promise<string> {
  try {
    if (address.kind === 'unix') await removeStaleSocket(address.path);
    const { promise, resolve, reject } = Promise.withResolvers<void>();
    server.once('error', reject);
    server.listen(
      address.kind === 'unix' ? { path: address.path } : { host: address.host, port: address.port },
      resolve,
    );
    await promise;
    server.off('error', reject);
  } catch (error) {
    throw toListenError(error, address);
  }
  const bound = server.address();
  const port = typeof bound === 'object' && bound !== null ? bound.port : 0;
  return formatListenAddress(address.kind === 'unix' ? address : { ...address, port });
}

async function close(server: Server, closing: AbortController, graceMs: number): Promise<void> {
  const { promise, resolve } = Promise.withResolvers<void>();
  server.close(() => resolve());
  server.closeIdleConnections();
  closing.abort(new Error('the server is closing'));
  const timer = setTimeout(() => server.closeAllConnections(), graceMs);
  await promise;
  clearTimeout(timer);
}
