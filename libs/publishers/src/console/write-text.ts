import { PublisherError } from '../publisher-error.ts';

// A pipe says EPIPE, a socket with unread data ECONNRESET, a stream that knows already the others.
const readerGone = new Set(['EPIPE', 'ECONNRESET', 'ERR_STREAM_DESTROYED', 'ERR_STREAM_WRITE_AFTER_END']);

/**
 * Writes text to a stream and resolves when the stream has handed it on, so that a slow reader slows the writer down.
 *
 * If aborted it rejects with the signal's reason; the text may then still come out.
 *
 * @throws PublisherError `reader_gone` if the stream was closed, `write_failed` otherwise
 */
export async function writeText(stream: NodeJS.WritableStream, text: string, signal: AbortSignal): Promise<void> {
  signal.throwIfAborted();
  const { promise, resolve, reject } = Promise.withResolvers<void>();
  const abort = (): void => reject(signal.reason);
  signal.addEventListener('abort', abort);
  try {
    stream.write(text, (error) => {
      if (error) reject(errorFrom(error));
      else resolve();
    });
    await promise;
  } finally {
    signal.removeEventListener('abort', abort);
  }
}

function errorFrom(cause: Error): PublisherError {
  const code = 'code' in cause ? String(cause.code) : '';
  return readerGone.has(code)
    ? new PublisherError('reader_gone', 'nobody reads standard output any more', { cause })
    : new PublisherError('write_failed', `standard output takes nothing: ${cause.message}`, { cause });
}
