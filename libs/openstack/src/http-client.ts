import { X509Certificate } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { Agent as HttpAgent, request as httpRequest } from 'node:http';
import type { IncomingMessage, OutgoingHttpHeaders } from 'node:http';
import { Agent as HttpsAgent, request as httpsRequest } from 'node:https';
import { DeadlineError, withDeadline } from '@nephometer/abortable';
import { OpenstackError } from './openstack-error.ts';

/** No answer may be longer, in bytes: some ten thousand servers. */
const LONGEST_ANSWER_BYTES = 32 * 1024 * 1024;

/** What an HTTP client is made of. */
export interface HttpOptions {
  /** File of PEM certificates to trust instead of the system's. */
  readonly ca?: string;
  /** Trust any certificate. */
  readonly insecure: boolean;
  /** How long a request may take with all of its answer, in ms. */
  readonly requestTimeoutMs: number;
}

/** What is done to what stands at a URL. */
export type HttpMethod = 'GET' | 'POST' | 'PATCH';

/** One request. */
export interface HttpRequest {
  readonly method: HttpMethod;
  readonly url: URL;
  readonly headers: OutgoingHttpHeaders;
  /** Sent as JSON. */
  readonly body?: unknown;
  /** How long it may take with all of its answer, in ms, if not as long as any. */
  readonly timeoutMs?: number;
}

/** An answer of any status. */
export interface HttpAnswer {
  readonly status: number;
  readonly headers: Readonly<Record<string, string | string[] | undefined>>;
  /** The body as text. */
  readonly text: string;
}

/** Sends requests over connections that it keeps. Follows no redirect: tokens go where they are meant to. */
export interface HttpClient {
  /** @throws OpenstackError `unreachable`, `deadline`, `bad-answer`; the signal's reason if aborted */
  send(request: HttpRequest, signal: AbortSignal): Promise<HttpAnswer>;
  /** Lets go of the connections that are idle. Safe twice. */
  close(): void;
}

/** @throws OpenstackError `not-configured` if the file of certificates cannot be read, or has none */
export function createHttpClient({ ca, insecure, requestTimeoutMs }: HttpOptions): HttpClient {
  const httpAgent = new HttpAgent({ keepAlive: true });
  const httpsAgent = new HttpsAgent({
    keepAlive: true,
    rejectUnauthorized: !insecure,
    ...(ca !== undefined && { ca: readCertificates(ca) }),
  });

  async function exchange(request: HttpRequest, signal: AbortSignal, isFirst = true): Promise<HttpAnswer> {
    const { method, url, headers, body } = request;
    const payload = body === undefined ? undefined : Buffer.from(JSON.stringify(body));
    const options = {
      method,
      signal,
      headers: {
        Accept: 'application/json',
        'User-Agent': 'nephometer',
        ...(payload && { 'Content-Type': 'application/json', 'Content-Length': payload.length }),
        ...headers,
      },
    };
    const sent =
      url.protocol === 'https:'
        ? httpsRequest(url, { ...options, agent: httpsAgent })
        : httpRequest(url, { ...options, agent: httpAgent });
    const begun = new Promise<IncomingMessage>((resolve, reject) => {
      sent.once('response', resolve);
      // Stays: after the answer has begun, the same error comes through the answer as well.
      sent.on('error', reject);
      sent.end(payload);
    });
    const response = await begun.catch((error: NodeJS.ErrnoException) => {
      // The other side had closed a connection that we kept, which is its right; another one may do.
      if (isFirst && sent.reusedSocket && error.code === 'ECONNRESET' && !signal.aborted) return undefined;
      throw error;
    });
    if (!response) return exchange(request, signal, false);
    return { status: response.statusCode ?? 0, headers: response.headers, text: await readText(response, url) };
  }

  return {
    async send(request, signal) {
      try {
        return await withDeadline(signal, request.timeoutMs ?? requestTimeoutMs, (deadline) =>
          exchange(request, deadline).catch(ended(deadline)),
        );
      } catch (error) {
        signal.throwIfAborted();
        throw toOpenstackError(error, request.url);
      }
    },
    close() {
      httpAgent.destroy();
      httpsAgent.destroy();
    },
  };
}

/** How a URL is named in messages: without user and password. */
export function describeUrl(url: URL): string {
  return `${url.origin}${url.pathname}${url.search}`;
}

/** Node takes a text without a certificate for an empty list, and then trusts nobody without saying why. */
function readCertificates(file: string): Buffer {
  try {
    const certificates = readFileSync(file);
    new X509Certificate(certificates);
    return certificates;
  } catch (cause) {
    const message = `${file} cannot be used: expected a file of PEM certificates to trust`;
    throw new OpenstackError('not-configured', message, { cause });
  }
}

async function readText(response: IncomingMessage, url: URL): Promise<string> {
  const chunks: Buffer[] = [];
  let bytes = 0;
  for await (const chunk of response as AsyncIterable<Buffer>) {
    bytes += chunk.length;
    // Leaving the loop destroys the connection.
    if (bytes > LONGEST_ANSWER_BYTES) {
      throw new OpenstackError(
        'bad-answer',
        `${describeUrl(url)}: the answer is longer than ${LONGEST_ANSWER_BYTES} bytes`,
      );
    }
    chunks.push(chunk);
  }
  return Buffer.concat(chunks).toString('utf8');
}

/** What an abort does to a connection looks like a broken one; its reason says more. */
function ended(signal: AbortSignal): (error: unknown) => never {
  return (error) => {
    signal.throwIfAborted();
    throw error;
  };
}

function toOpenstackError(error: unknown, url: URL): OpenstackError {
  if (error instanceof OpenstackError) return error;
  if (error instanceof DeadlineError) {
    const words = `${describeUrl(url)}: no whole answer within ${error.deadlineMs} ms`;
    return new OpenstackError('deadline', words, { cause: error });
  }
  const { code, message } = error as NodeJS.ErrnoException;
  if (code?.startsWith('HPE_')) {
    return new OpenstackError('bad-answer', `${describeUrl(url)}: this is not HTTP (${message})`, { cause: error });
  }
  const remedy = isCertificateError(code) ? '; set "ca" to the file of the authority that signed it' : '';
  const words = `${describeUrl(url)}: cannot be reached (${message || code})${remedy}`;
  return new OpenstackError('unreachable', words, { cause: error });
}

function isCertificateError(code: string | undefined): boolean {
  return /CERT|SIGNATURE|UNABLE_TO_VERIFY/.test(code ?? '');
}
