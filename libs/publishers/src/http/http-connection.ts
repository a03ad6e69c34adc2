import type * as Undici from 'undici';

/** What is sent. */
export interface HttpRequest {
  readonly method: 'GET' | 'POST' | 'PUT' | 'PATCH' | 'DELETE';
  /** With the query, as it stands in the request line: encoded, from the first `/` on. */
  readonly path: string;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: string | Uint8Array;
}

/** What came of a request. */
export type HttpExchange =
  | {
      readonly kind: 'answer';
      readonly status: number;
      /** By name in lower case; several of one name as a list. */
      readonly headers: Undici.Dispatcher.ResponseData['headers'];
      /** Cut where it is longer than allowed. */
      readonly body: Buffer;
    }
  | {
      readonly kind: 'failure';
      readonly cause: unknown;
      /** Whether the request, or a part of it, may have reached somebody. */
      readonly wasSent: boolean;
      /**
       * Whether it is worth trying again at once: nothing was sent, or the connection had been kept from an earlier answer and
       * nothing came back on it any more, which is how a server that closes idle connections looks.
       */
      readonly isStale: boolean;
    };

/** One connection, made when it is needed and kept after an answer. Requests at the same time follow each other. */
export interface HttpConnection {
  /** Requests that are not over. One that was aborted may still be, until its connection is made or given up. */
  readonly pending: number;
  /** Rejects with the abort reason only, at once; nothing more of the request is sent then. It has no timeout of its own. */
  send(request: HttpRequest, signal: AbortSignal): Promise<HttpExchange>;
  /** Breaks it, and every request on it. */
  close(): Promise<void>;
}

/** What a connection is made with. */
export interface HttpConnectionOptions {
  readonly origin: string;
  readonly connect: Undici.buildConnector.connector;
  /** Of an answer's body; the rest is not read. */
  readonly maxAnswerBytes: number;
}

/** How long a connection is kept for the next request, in milliseconds, unless the server says it. */
const keepAliveMs = 30_000;

/** A connection that is not made yet. Everything about its life that {@link HttpExchange} needs is kept here: undici does not tell. */
export function createHttpConnection(
  undici: typeof Undici,
  { origin, connect, maxAnswerBytes }: HttpConnectionOptions,
): HttpConnection {
  let pending = 0;
  let isKept = false;
  let firstError: Error | undefined;
  const client = new undici.Client(origin, {
    connect: (address, callback) =>
      connect(address, (error, socket) => {
        // The client would connect again and again after some errors, by their code.
        if (error) return callback(new Error('no connection', { cause: error }), null);
        isKept = false;
        firstError = undefined;
        // What TLS says of the reason comes before the end of the connection, by which the client would hide it.
        socket.once('error', (reason: Error) => {
          firstError = reason;
        });
        callback(null, socket);
      }),
    headersTimeout: 0,
    bodyTimeout: 0,
    keepAliveTimeout: keepAliveMs,
  });

  async function send(request: HttpRequest, signal: AbortSignal): Promise<HttpExchange> {
    signal.throwIfAborted();
    const { promise, resolve, reject } = Promise.withResolvers<HttpExchange>();
    let started: Undici.Dispatcher.DispatchController | undefined;
    const onAbort = (): void => {
      reject(signal.reason as Error);
      started?.abort(signal.reason as Error);
    };
    signal.addEventListener('abort', onAbort, { once: true });

    let head: { readonly status: number; readonly headers: Undici.Dispatcher.ResponseData['headers'] } | undefined;
    const chunks: Buffer[] = [];
    let bytes = 0;
    const answer = (): void => {
      isKept = true;
      if (head) resolve({ kind: 'answer', ...head, body: Buffer.concat(chunks).subarray(0, maxAnswerBytes) });
    };
    pending++;
    client.dispatch(
      { method: request.method, path: request.path, headers: { ...request.headers }, body: request.body ?? null },
      {
        onRequestStart(controller) {
          started = controller;
          if (signal.aborted) controller.abort(signal.reason as Error);
        },
        onResponseStart(_controller, status, headers) {
          if (status >= 200) head = { status, headers };
        },
        onResponseData(controller, chunk) {
          chunks.push(chunk);
          bytes += chunk.length;
          if (bytes <= maxAnswerBytes) return;
          answer();
          controller.abort(new Error('the answer is longer than is read'));
        },
        onResponseEnd() {
          pending--;
          answer();
        },
        onResponseError(_controller, error) {
          pending--;
          const wasSent = started !== undefined;
          const cause = wasSent ? (firstError ?? error) : (error.cause ?? error);
          resolve({ kind: 'failure', cause, wasSent, isStale: !wasSent || (isKept && head === undefined) });
        },
      },
    );
    try {
      return await promise;
    } finally {
      signal.removeEventListener('abort', onAbort);
    }
  }

  return {
    get pending() {
      return pending;
    },
    send,
    close: () => client.destroy(),
  };
}
