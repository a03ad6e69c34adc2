import { createServer } from 'node:http';
import type { IncomingMessage, RequestListener, Server, ServerResponse } from 'node:http';
import { createServer as createTlsServer } from 'node:https';
import type { Socket } from 'node:net';
import { pipeline } from 'node:stream/promises';
import { constants, createGzip } from 'node:zlib';
import { formatListenAddress } from '@nephometer/service';
import { readTlsFiles } from '../tls-files.ts';
import { PublisherError } from '../publisher-error.ts';
import type { ExporterOptions, ExporterTls } from './exporter-options.ts';
import type { TextFormat } from './exposition.ts';
import { negotiate } from './negotiate.ts';

/** A listening server. */
export interface ScrapeServer {
  /** What it is bound to, with the real port. */
  readonly address: string;
  /** Stops listening and cuts what is still being sent. Safe twice. */
  close(): Promise<void>;
}

/** Where to serve, and what. */
export interface ScrapeServerOptions extends Pick<ExporterOptions, 'address' | 'path' | 'tls'> {
  /** The text at this moment, in pieces that are made when they are asked for: a slow client holds one, not all. */
  readonly text: (format: TextFormat) => Iterable<string>;
}

/** As many as a service of ours has, and with the same limits. */
const mostConnections = 100;
const limits = { headersTimeout: 10_000, requestTimeout: 30_000, keepAliveTimeout: 75_000, maxHeaderSize: 16_384 };

/** Time without progress after which a client is let go, in milliseconds. */
const silenceMs = 30_000;

/**
 * Serves the text at one path, for GET and HEAD, as OpenMetrics or Prometheus' own format, and compressed if asked for.
 *
 * @throws PublisherError `open_failed`, `bad_file`
 */
export async function serveScrapes({ address, path, tls, text }: ScrapeServerOptions): Promise<ScrapeServer> {
  const onRequest = (request: IncomingMessage, response: ServerResponse): void => {
    // A client that goes away in the middle is no event.
    answer(request, response, path, text).catch(() => response.destroy());
  };
  const server: Server = tls ? await createSecureServer(tls, onRequest) : createServer(limits, onRequest);
  server.maxConnections = mostConnections;
  server.setTimeout(silenceMs);
  const sockets = new Set<Socket>();
  server.on('connection', (socket: Socket) => {
    sockets.add(socket);
    socket.once('close', () => sockets.delete(socket));
  });
  await listen(server, address);
  // Errors after this point concern single connections that could not be accepted.
  server.on('error', () => undefined);
  const bound = server.address();
  const port = typeof bound === 'object' && bound !== null ? bound.port : address.port;
  let closed: Promise<void> | undefined;
  return {
    address: formatListenAddress({ ...address, port }),
    close: () => (closed ??= close(server, sockets)),
  };
}

/** Its files are read now: renewed ones are taken when it begins to listen the next time. */
async function createSecureServer(tls: ExporterTls, onRequest: RequestListener): Promise<Server> {
  const { ca, cert, key } = await readTlsFiles({ isVerified: true, ...tls }, tls.baseDirectory);
  const requestCert = tls.caFile !== undefined;
  const handshakeTimeout = limits.headersTimeout;
  return createTlsServer({ ...limits, ca, cert, key, requestCert, handshakeTimeout }, onRequest);
}

async function answer(
  request: IncomingMessage,
  response: ServerResponse,
  path: string,
  text: ScrapeServerOptions['text'],
): Promise<void> {
  response.setHeader('X-Content-Type-Options', 'nosniff');
  response.setHeader('Cache-Control', 'no-store');
  if (request.url?.replace(/\?.*$/s, '') !== path) {
    response.writeHead(404, { 'Content-Type': 'text/plain; charset=utf-8' }).end(`not found; it is at ${path}\n`);
    return;
  }
  if (request.method !== 'GET' && request.method !== 'HEAD') {
    response.writeHead(405, { Allow: 'GET, HEAD' }).end();
    return;
  }
  const { format, contentType, isGzip } = negotiate(request.headers.accept, headerOf(request, 'accept-encoding'));
  response.writeHead(200, {
    'Content-Type': contentType,
    Vary: 'Accept, Accept-Encoding',
    ...(isGzip && { 'Content-Encoding': 'gzip' }),
  });
  if (request.method === 'HEAD') {
    response.end();
    return;
  }
  const chunks = text(format);
  // The text repeats itself so much that the fastest level is good enough.
  if (isGzip) await pipeline(chunks, createGzip({ level: constants.Z_BEST_SPEED }), response);
  else await pipeline(chunks, response);
}

function headerOf(request: IncomingMessage, name: string): string | undefined {
  const value = request.headers[name];
  return Array.isArray(value) ? value.join(',') : value;
}

async function listen(server: Server, { host, port }: ExporterOptions['address']): Promise<void> {
  const { promise, resolve, reject } = Promise.withResolvers<void>();
  server.once('error', reject);
  server.listen({ host, port }, resolve);
  try {
    await promise;
  } catch (cause) {
    const where = formatListenAddress({ kind: 'tcp', host, port });
    throw new PublisherError('open_failed', `cannot listen on ${where}: ${adviceOn(cause)}`, { cause });
  } finally {
    server.off('error', reject);
  }
}

function adviceOn(error: unknown): string {
  switch (error instanceof Error && 'code' in error ? error.code : undefined) {
    case 'EADDRINUSE':
      return 'another process, or another publisher, listens there; stop it or choose another port';
    case 'EADDRNOTAVAIL':
    case 'ENOTFOUND':
      return 'this machine has no such address; use one of its own';
    case 'EACCES':
      return 'this user may not; ports below 1024 need a right';
    default:
      return messageOf(error);
  }
}

function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}

/** `closeAllConnections` does not know those that are still agreeing on TLS. */
async function close(server: Server, sockets: ReadonlySet<Socket>): Promise<void> {
  const { promise, resolve } = Promise.withResolvers<void>();
  server.close(() => resolve());
  for (const socket of sockets) socket.destroy();
  await promise;
}
