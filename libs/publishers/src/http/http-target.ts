import type * as Undici from 'undici';
import { DeadlineError, withDeadline } from '@nephometer/abortable';
import { PublisherError } from '../publisher-error.ts';
import { connectionError } from '../connection-error.ts';
import { harmlessText } from '../harmless-text.ts';
import { createHttpConnection } from './http-connection.ts';
import type { HttpConnection, HttpRequest } from './http-connection.ts';
import { readTlsFiles } from '../tls-files.ts';
import type { TlsFiles } from '../tls-files.ts';

/** Somebody's answer, whatever the status; a redirect is one, too. */
export interface HttpAnswer {
  /** What messages call the target: its URL without user and query. */
  readonly target: string;
  readonly status: number;
  /** By name in lower case; several of one name as a list. */
  readonly headers: Readonly<Record<string, string | string[] | undefined>>;
  /** Cut at `maxAnswerBytes`. */
  readonly body: Buffer;
  /** The beginning of the body as one line that can be shown: no markup, no control characters, none of our secrets. */
  readonly words: string;
}

/** Whom to send to, and how. */
export interface HttpTargetOptions {
  /** Scheme, host and port: `https://gateway.example:9091`. */
  readonly origin: string;
  /** For a request with its answer, connecting included, in milliseconds; a large body gets more: {@link leastBytesPerMs}. */
  readonly timeoutMs: number;
  /** How many requests may be on their way at once, each on a connection of its own; more share them. Default 8. */
  readonly connections?: number;
  /**
   * How often a request is tried again at once, within its time, because it was not sent at all or went to a kept connection that
   * turned out to be dead. Default 2. A request that may have been understood is never sent again here.
   */
  readonly retries?: number;
  /** Only for an `https:` origin. Default: the target's certificate is verified, we show none. */
  readonly tls?: TlsFiles;
  /** Where relative paths of {@link tls} begin. Default: the working directory. */
  readonly baseDirectory?: string;
  /** Basic authentication. */
  readonly auth?: { readonly user: string; readonly password: string };
  /** What must not be shown if the target repeats it, besides the password of `auth`: a token in a header or the query. */
  readonly secrets?: readonly string[];
  /** Of an answer's body, which is cut there. Default 64 KiB: what is read of it is an error, mostly. */
  readonly maxAnswerBytes?: number;
}

/** A web server to which requests go. It is connected to when there is one. */
export interface HttpTarget {
  /**
   * Sends a request and resolves with the answer, whatever it says: `answerError` makes an error of one. Redirects are not followed.
   * May be called at the same time.
   *
   * Rejects with the abort reason, or a passing {@link PublisherError}: `unreachable`, `timeout`, `untrusted`, `unauthorized` (a
   * client certificate is missing or not accepted), `bad_answer` (not HTTP), `bad_file`, `closed`. Whether the target understood
   * the request is not known then.
   */
  send(request: HttpRequest, signal: AbortSignal): Promise<HttpAnswer>;
  /** Breaks all connections. Safe twice. */
  close(): Promise<void>;
}

/** The slowest line that is good enough for a body, 2 Mbit/s: a request gets a millisecond more for so many bytes. */
const leastBytesPerMs = 256;

/** So much of an answer is searched for words. */
const mostWordBytes = 64 * 1024;

/** A target that nobody is connected to yet; `undici` is loaded with the first request. */
export function createHttpTarget(options: HttpTargetOptions): HttpTarget {
  const { origin, timeoutMs, connections: mostConnections = 8, retries = 2, maxAnswerBytes = 64 * 1024 } = options;
  const { tls = { isVerified: true }, baseDirectory, auth, secrets = [] } = options;
  const credentials = auth && Buffer.from(`${auth.user}:${auth.password}`).toString('base64');
  const hidden = [...secrets, ...(auth && credentials ? [auth.password, credentials] : [])];
  const connections: HttpConnection[] = [];
  let isClosed = false;

  function connectionForNext(undici: typeof Undici): HttpConnection {
    if (isClosed) throw new PublisherError('closed', `the connection to ${origin} is closed`);
    const idle = connections.find(({ pending }) => pending === 0);
    if (idle) return idle;
    if (connections.length >= mostConnections) return connections.reduce((a, b) => (b.pending < a.pending ? b : a));
    const created = createHttpConnection(undici, {
      origin,
      maxAnswerBytes,
      connect(address, callback) {
        const files = address.protocol === 'https:' ? readTlsFiles(tls, baseDirectory) : Promise.resolve({});
        void files.then(
          // The limit is there to clean up after a request that has given up.
          (read) => undici.buildConnector({ ...read, timeout: timeoutMs })(address, callback),
          (error: Error) => callback(error, null),
        );
      },
    });
    connections.push(created);
    return created;
  }

  async function attempt(request: HttpRequest, target: string, signal: AbortSignal): Promise<HttpAnswer> {
    const undici = await import('undici');
    for (let left = retries; ; left--) {
      const exchange = await connectionForNext(undici).send(request, signal);
      if (exchange.kind === 'answer') {
        const { status, headers, body } = exchange;
        return {
          target,
          status,
          headers,
          body,
          get words() {
            return harmlessText(body.subarray(0, mostWordBytes).toString('utf8'), hidden);
          },
        };
      }
      const { cause, wasSent, isStale } = exchange;
      if (!isStale || left <= 0 || cause instanceof PublisherError) throw connectionError(target, cause, wasSent);
    }
  }

  return {
    async send(request, signal) {
      const target = origin + request.path.replace(/[?#].*$/s, '');
      const headers = { ...request.headers, ...(credentials && { authorization: `Basic ${credentials}` }) };
      const limitMs = timeoutMs + Math.ceil((request.body?.length ?? 0) / leastBytesPerMs);
      try {
        return await withDeadline(signal, limitMs, (ending) => attempt({ ...request, headers }, target, ending));
      } catch (error) {
        if (signal.aborted || !(error instanceof DeadlineError)) throw error;
        throw new PublisherError('timeout', `${target} did not answer within ${limitMs} ms`, { cause: error });
      }
    },
    async close() {
      isClosed = true;
      await Promise.all(connections.splice(0).map((connection) => connection.close()));
    },
  };
}
