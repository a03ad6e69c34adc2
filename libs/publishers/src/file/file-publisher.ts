import type { Publisher, PublisherFactory } from '@nephometer/plugin';
import { createJsonWriter } from '@nephometer/sample';
import type { Compat, Sample } from '@nephometer/sample';
import { PublisherError } from '../publisher-error.ts';
import { createTextBuffer } from '../text-buffer.ts';
import { createBackups } from './backups.ts';
import { parseFileOptions } from './file-options.ts';
import type { FileOptions } from './file-options.ts';
import { createLogFile } from './log-file.ts';
import { createReprWriter } from './sample-repr.ts';

/** Lines are written when there are so many bytes of them. */
const chunkBytes = 1024 * 1024;

/** Room for the line that exceeds it; a longer one makes itself more. */
const roomForLine = 64 * 1024;

/**
 * Appends one line per sample and resolves when the kernel has them all. The file is opened when there is something to
 * write, and again after a failure. A record that would bring the file to `maxBytes` goes to a new one, as in Python's
 * `RotatingFileHandler`, unless the file is empty.
 */
function createFilePublisher({ path, format, rotation }: FileOptions, compat: Compat): Publisher {
  const file = createLogFile(path);
  const backups = createBackups(path, rotation);
  const writer = format === 'json' ? createJsonWriter(compat) : createReprWriter(compat);
  // Kept between calls: fresh memory is dearer than what is written into it.
  const lines = createTextBuffer(chunkBytes + roomForLine);
  let closed = false;
  let turn: Promise<void> = Promise.resolve();

  async function write(samples: readonly Sample[], progress: { done: number }): Promise<void> {
    // A call that failed may have left some; they come again.
    lines.drop(lines.bytes);
    const flush = async (bytes: number, done: number): Promise<void> => {
      if (bytes === 0) return;
      await file.append(lines.first(bytes));
      progress.done = done;
      lines.drop(bytes);
    };
    for (const [index, sample] of samples.entries()) {
      const before = lines.bytes;
      lines.append(writer.head(sample));
      lines.append(writer.metadata(sample));
      lines.append(`${writer.tail(sample)}\n`);
      if (rotation && file.size() + before > 0 && file.size() + lines.bytes >= rotation.maxBytes) {
        await flush(before, index);
        await file.makeWay(() => backups.add());
      }
      if (lines.bytes >= chunkBytes) await flush(lines.bytes, index + 1);
    }
    await flush(lines.bytes, samples.length);
  }

  async function publish(samples: readonly Sample[], signal: AbortSignal): Promise<void> {
    // Heeded here only: what is in the file when an abort comes would be there twice after the next start.
    signal.throwIfAborted();
    if (closed) throw new PublisherError('closed', `the publisher to ${path} is closed`);
    const progress = { done: 0 };
    try {
      await file.ready();
      await write(samples, progress);
    } catch (error) {
      if (!(error instanceof PublisherError)) throw error;
      throw new PublisherError(error.code, error.message, { cause: error.cause, done: progress.done });
    }
  }

  return {
    async publish(samples, signal) {
      // There is one file, also where the delivery may have several calls open at once.
      const published = turn.then(() => publish(samples, signal));
      turn = published.catch(() => undefined);
      await published;
      return [];
    },
    async close() {
      closed = true;
      // A rotation would open the file again.
      await turn;
      await file.close();
      await backups.close();
    },
  };
}

/** `file:///path[?max_bytes=N&backup_count=N[&compress]][&json]` */
export const filePublisherFactory: PublisherFactory = {
  scheme: 'file',
  // The target is a disk itself.
  delivery: { queue: 'memory', batchDelayMs: 0 },
  validate(url) {
    const parsed = parseFileOptions(url);
    return parsed.ok ? [] : parsed.problems;
  },
  create(url, { compat }) {
    const parsed = parseFileOptions(url);
    if (!parsed.ok) throw new PublisherError('bad_url', `the URL is not a file: ${parsed.problems.join('; ')}`);
    return createFilePublisher(parsed.options, compat);
  },
};
