import { EventEmitter, once } from 'node:events';
import { createServer } from 'node:http';
import type { IncomingMessage, OutgoingHttpHeaders, Server, ServerResponse } from 'node:http';
import { createServer as createTlsServer } from 'node:https';
import type { AddressInfo, Socket } from 'node:net';

/** A request as it came. */
export interface SinkRequest {
  readonly method: string;
  /** Path and query as they stood in the request line. */
  readonly path: string;
  readonly headers: IncomingMessage['headers'];
  readonly body: Buffer;
  /** Which connection of the sink it came on, counted from 1. */
  readonly connection: number;
}

/** A whole answer. */
export interface SinkAnswer {
  /** Default 200. */
  readonly status?: number;
  readonly headers?: OutgoingHttpHeaders;
  readonly body?: string | Uint8Array;
}

/**
 * What a request gets, once it is there with its body:
 *
 * - `stall`: nothing, the connection stays open
 * - `reset`: the connection is reset (only without TLS; with it, closed)
 * - `hang_up`: the connection is closed
 * - `half`: the beginning of an answer, then nothing
 * - `cut`: the beginning of an answer, then the connection is closed
 * - `endless`: an answer that never ends, as fast as it is read
 * - `slow`: an answer in single bytes
 * - `garbage`: something that is not HTTP
 */
export type SinkReply = SinkAnswer | 'stall' | 'reset' | 'hang_up' | 'half' | 'cut' | 'endless' | 'slow' | 'garbage';

export interface HttpSinkOptions {
  /** PEM texts. With `clientCa` only clients are let in that show a certificate of that authority. Default: no TLS. */
  readonly tls?: { readonly cert: string; readonly key: string; readonly clientCa?: string };
  /** What requests get that nothing else was said for. Default: 200 without a body. */
  readonly respond?: (request: SinkRequest) => SinkReply;
}

/** A web server that keeps what it is sent and misbehaves on request. Disposing ends it. */
export interface HttpSink extends AsyncDisposable {
  /** On 127.0.0.1; the same after a restart. */
  readonly port: number;
  /** `http://127.0.0.1:PORT` or `https://...`, without a path. */
  readonly origin: string;
  /** All requests that came whole, in the order in which they were whole. */
  readonly requests: readonly SinkRequest[];
  /** How many connections were made to it. */
  readonly connections: number;
  /** The next requests get these, one each, in order. */
  reply(...replies: readonly SinkReply[]): void;
  /** Resolves when so many requests, in all, have come whole. */
  received(count: number): Promise<void>;
  /** Closes the connections that are idle, as servers do after a while. */
  closeIdle(): void;
  /** Ends listening and breaks all connections: connecting is refused then. */
  stop(): Promise<void>;
  /** Listens again. */
  start(): Promise<void>;
}

/** Starts a sink. */
export async function startHttpSink({ tls, respond = () => ({}) }: HttpSinkOptions = {}): Promise<HttpSink> {
  const requests: SinkRequest[] = [];
  const replies: SinkReply[] = [];
  const arrivals = new EventEmitter();
  const sockets = new Map<Socket, number>();
  let connections = 0;
  let server: Server | undefined;

  const take = async (message: IncomingMessage, response: ServerResponse): Promise<void> => {
    const chunks: Buffer[] = [];
    for await (const chunk of message) chunks.push(chunk as Buffer);
    const { method = '', url: path = '', headers } = message;
    const connection = sockets.get(message.socket) ?? 0;
    const request = { method, path, headers, body: Buffer.concat(chunks), connection };
    requests.push(request);
    replyWith(replies.shift() ?? respond(request), response);
    arrivals.emit('request');
  };
  const listen = async (at: number): Promise<number> => {
    // A client that breaks its request off in the middle has sent none.
    const onRequest = (message: IncomingMessage, response: ServerResponse): void =>
      void take(message, response).catch(() => message.destroy());
    // No idle connection is closed by the clock: closeIdle() does it when the test says.
    const settings = { keepAliveTimeout: 0 };
    const { clientCa, ...identity } = tls ?? {};
    const access = clientCa === undefined ? {} : { ca: clientCa, requestCert: true, rejectUnauthorized: true };
    const created = tls
      ? createTlsServer({ ...settings, ...identity, ...access }, onRequest)
      : createServer(settings, onRequest);
    created.on(tls ? 'secureConnection' : 'connection', (socket: Socket) => {
      sockets.set(socket, ++connections);
      socket.on('error', () => undefined);
      socket.once('close', () => sockets.delete(socket));
    });
    created.on('tlsClientError', () => undefined);
    created.on('clientError', (_error, socket) => socket.destroy());
    server = created.listen(at, '127.0.0.1');
    await once(server, 'listening');
    return (server.address() as AddressInfo).port;
  };
  const stop = async (): Promise<void> => {
    const stopped = server;
    server = undefined;
    if (stopped === undefined) return;
    const closed = once(stopped, 'close');
    stopped.close();
    stopped.closeAllConnections();
    await closed;
  };

  const port = await listen(0);
  return {
    port,
    origin: `${tls ? 'https' : 'http'}://127.0.0.1:${port}`,
    requests,
    get connections() {
      return connections;
    },
    reply: (...next) => void replies.push(...next),
    async received(count) {
      while (requests.length < count) await once(arrivals, 'request');
    },
    closeIdle: () => server?.closeIdleConnections(),
    stop,
    async start() {
      if (server === undefined) await listen(port);
    },
    [Symbol.asyncDispose]: stop,
  };
}

const longBody = 'x'.repeat(1000);

function replyWith(reply: SinkReply, response: ServerResponse): void {
  const { socket } = response;
  if (typeof reply === 'object') {
    response.writeHead(reply.status ?? 200, reply.headers).end(reply.body ?? '');
    return;
  }
  switch (reply) {
    case 'stall':
      return;
    case 'reset':
      if (socket && !('encrypted' in socket)) socket.resetAndDestroy();
      else socket?.destroy();
      return;
    case 'hang_up':
      socket?.destroy();
      return;
    case 'half':
      response.writeHead(200, { 'Content-Length': longBody.length }).write(longBody.slice(1));
      return;
    case 'cut':
      response.writeHead(200, { 'Content-Length': longBody.length });
      response.write(longBody.slice(1), () => socket?.destroy());
      return;
    case 'endless':
      writeForEver(response);
      return;
    case 'slow':
      response.writeHead(200, { 'Content-Length': longBody.length });
      writeSlowly(response, 0);
      return;
    case 'garbage':
      socket?.end('220 mail.example ESMTP\r\n');
      return;
  }
}

function writeForEver(response: ServerResponse): void {
  const more = (): void => {
    while (!response.destroyed && response.write(longBody));
  };
  response.on('drain', more);
  more();
}

function writeSlowly(response: ServerResponse, from: number): void {
  const byte = longBody[from];
  if (byte === undefined) response.end();
  else if (!response.destroyed) response.write(byte, () => setImmediate(writeSlowly, response, from + 1));
}
