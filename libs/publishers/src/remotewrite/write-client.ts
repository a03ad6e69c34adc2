import { readFile } from 'node:fs/promises';
import { resolve } from 'node:path';
import { answerError } from '../http/answer-error.ts';
import { harmlessText } from '../harmless-text.ts';
import { createHttpTarget } from '../http/http-target.ts';
import { PublisherError } from '../publisher-error.ts';
import type { RemoteWriteOptions } from './remotewrite-options.ts';

/** A receiver of remote write. */
export interface WriteClient {
  /**
   * Sends a `WriteRequest`, which it compresses, and resolves when the receiver has taken it.
   *
   * Rejects with the abort reason or a {@link PublisherError}, permanent if the receiver says that it will never take this.
   */
  write(request: Uint8Array, signal: AbortSignal): Promise<void>;
  /** Safe twice. */
  close(): Promise<void>;
}

/** A client that is not connected yet. Protocol: Prometheus remote write 1.0. */
export function createWriteClient(options: Omit<RemoteWriteOptions, 'naming' | 'maxSeries'>): WriteClient {
  const { path, headers } = options;
  const { baseDirectory = '' } = options.target;
  const bearerTokenFile = options.bearerTokenFile && resolve(baseDirectory, options.bearerTokenFile);
  const target = createHttpTarget(options.target);
  return {
    async write(request, signal) {
      const token = bearerTokenFile === undefined ? undefined : await readToken(bearerTokenFile, signal);
      const { default: snappy } = await import('./snappy.js');
      const answer = await target.send(
        {
          method: 'POST',
          path,
          headers: {
            ...headers,
            'content-type': 'application/x-protobuf',
            'content-encoding': 'snappy',
            'user-agent': 'nephometer',
            'x-prometheus-remote-write-version': '0.1.0',
            ...(token !== undefined && { authorization: `Bearer ${token}` }),
          },
          body: snappy.compress(request),
        },
        signal,
      );
      if (answer.status >= 200 && answer.status < 300) return;
      const words = harmlessText(answer.words, token === undefined ? [] : [token]);
      throw answerError({ ...answer, words }, { isPermanent });
    },
    close: () => target.close(),
  };
}

/**
 * The protocol wants all 4xx but 429 to be final, lest a receiver be asked for ever for what it refuses. Those that tell of the receiver's
 * or our configuration pass nevertheless: samples can wait until somebody has mended it, and the queue has an end.
 */
function isPermanent(status: number): boolean {
  return status !== 404 && status !== 405 && status !== 410;
}

async function readToken(path: string, signal: AbortSignal): Promise<string> {
  let token;
  try {
    token = (await readFile(path, { encoding: 'utf8', signal })).trim();
  } catch (cause) {
    signal.throwIfAborted();
    const why = cause instanceof Error ? cause.message : String(cause);
    throw new PublisherError('bad_file', `the token cannot be read from ${path}: ${why}`, { cause });
  }
  if (/^[\x21-\x7e]+$/.test(token)) return token;
  throw new PublisherError('bad_file', `${path} has no token: it must be one line of printable characters`);
}
