import { resolve } from 'node:path';
import { formatError } from '@nephometer/service';
import { CliError } from '../cli-error.ts';
import type { Feed } from './feed.ts';
import { followFile } from './follow-file.ts';
import type { FollowedFile } from './follow-file.ts';
import { parseObservation } from './parse-observation.ts';

/** Which file, and whether what is in it already counts. */
export interface FileFeedSettings {
  /** As it stands on the command line. */
  readonly path: string;
  readonly fromStart: boolean;
}

/**
 * Follows a file that a publisher `file:///PATH?json` of Ceilometer's writes, a sample in each line.
 *
 * @throws CliError `invalid-option` if it cannot be read
 */
export async function openFileFeed({ path, fromStart }: FileFeedSettings): Promise<Feed> {
  const file = await open({ path, fromStart });
  return {
    name: path,
    async *read(signal) {
      for await (const lines of file.read(signal)) {
        yield lines.map((text) => ({ parsed: parseObservation(text), text }));
      }
    },
    facts: () => ({ kind: 'file', path, rotations: file.rotations, restarts: file.restarts }),
    gaps: () => [],
    close: () => file.close(),
  };
}

async function open({ path, fromStart }: FileFeedSettings): Promise<FollowedFile> {
  try {
    return await followFile({ path: resolve(path), fromStart });
  } catch (error) {
    throw new CliError(
      'invalid-option',
      `--ceilometer ${path}: the file cannot be read (${formatError(error)}); name the one that a publisher ` +
        '"file:///PATH?json" of Ceilometer writes, or a queue: amqp://USER@HOST',
      { cause: error },
    );
  }
}
