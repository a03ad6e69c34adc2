import type { Publisher, PublisherFactory } from '@nephometer/plugin';
import { sampleToJson } from '@nephometer/sample';
import type { Sample } from '@nephometer/sample';
import { PublisherError } from '../publisher-error.ts';
import { parseFileOptions } from './file-options.ts';
import type { FileOptions } from './file-options.ts';
import { createLogFile } from './log-file.ts';
import { sampleToPython } from './sample-repr.ts';

/** Characters after which lines are written; an abort is heeded in between. */
const chunkLength = 256 * 1024;

/**
 * Appends one line per sample and resolves when the kernel has them all. The file is opened when there is something to
 * write, and again after a failure. A record that would bring the file to `maxBytes` goes to a new one, as in Python's
 * `RotatingFileHandler`, unless the file is empty.
 */
function createFilePublisher({ path, format, rotation }: FileOptions): Publisher {
  const file = createLogFile(path);
  const encode = format === 'json' ? sampleToJson : sampleToPython;
  let closed = false;

  async function write(samples: readonly Sample[], signal: AbortSignal): Promise<void> {
    let lines = '';
    let pending = 0;
    const flush = async (): Promise<void> => {
      if (lines === '') return;
      signal.throwIfAborted();
      await file.append(Buffer.from(lines));
      lines = '';
      pending = 0;
    };
    for (const sample of samples) {
      const line = `${encode(sample)}\n`;
      if (rotation) {
        const bytes = Buffer.byteLength(line);
        const before = file.size() + pending;
        if (before > 0 && before + bytes >= rotation.maxBytes) {
          await flush();
          await file.rotate(rotation.backupCount);
        }
        pending += bytes;
      }
      lines += line;
      if (lines.length >= chunkLength) await flush();
    }
    await flush();
  }

  return {
    async publish(samples, signal) {
      signal.throwIfAborted();
      if (closed) throw new PublisherError('closed', `the publisher to ${path} is closed`);
      await file.ready();
      await write(samples, signal);
    },
    async close() {
      closed = true;
      await file.close();
    },
  };
}

/** `file:///path[?max_bytes=N&backup_count=N][&json]` */
export const filePublisherFactory: PublisherFactory = {
  scheme: 'file',
  validate(url) {
    const parsed = parseFileOptions(url);
    return parsed.ok ? [] : parsed.problems;
  },
  create(url) {
    const parsed = parseFileOptions(url);
    if (!parsed.ok) throw new PublisherError('bad_url', `${url} is not a file: ${parsed.problems.join('; ')}`);
    return createFilePublisher(parsed.options);
  },
};
