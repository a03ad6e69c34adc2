import { CliError } from '../cli-error.ts';
import type { Feed } from './feed.ts';
import { openFileFeed } from './file-feed.ts';
import { isQueueUrl, parseQueueAddress } from './queue/queue-address.ts';
import { openQueueFeed } from './queue/queue-feed.ts';

/** What the command line says about Ceilometer's side. */
export interface FeedSettings {
  /** Path of a file, or URL of a queue. */
  readonly ceilometer: string;
  readonly fromStart: boolean;
  /** Something for the person who waits. */
  readonly say: (text: string) => void;
  readonly env: Readonly<NodeJS.ProcessEnv>;
  /** Aborts the opening only. */
  readonly signal: AbortSignal;
}

/**
 * Opens the file or the queue that Ceilometer's samples come from.
 *
 * @throws CliError `invalid-option` if it cannot be opened; the signal's reason
 */
export async function openFeed({ ceilometer, fromStart, say, env, signal }: FeedSettings): Promise<Feed> {
  if (!isQueueUrl(ceilometer)) return openFileFeed({ path: ceilometer, fromStart });
  const { address, problem } = parseQueueAddress(ceilometer, env);
  // The text itself may have a password at any place.
  if (problem !== undefined) throw new CliError('invalid-option', `--ceilometer: ${problem}`);
  if (fromStart) {
    throw new CliError('invalid-option', '--from-start is for files: a queue brings only what is sent from now on');
  }
  return openQueueFeed({ address, say, signal });
}
