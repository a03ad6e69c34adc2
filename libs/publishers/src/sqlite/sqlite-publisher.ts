import { DeadlineError, raceAbort, withDeadline } from '@nephometer/abortable';
import type { Publisher, PublisherFactory, Refusal } from '@nephometer/plugin';
import { packSamples } from '@nephometer/sample';
import type { Sample } from '@nephometer/sample';
import { PublisherError } from '../publisher-error.ts';
import { parseSqliteUrl } from './sqlite-options.ts';
import type { SqliteOptions } from './sqlite-options.ts';
import { startStoreThread } from './store-thread.ts';
import type { StoreThread } from './store-thread.ts';

/** A disk that takes longer is as good as gone. Waiting for another process that writes is in it. */
const patienceMs = 60_000;

/** For the last write and for moving the log into the file. */
const closePatienceMs = 10_000;

/** Writes samples into a file, in a thread of its own. */
function createSqlitePublisher({ path, retentionMs }: SqliteOptions): Publisher {
  let thread: StoreThread | undefined;
  // What the thread does now: it is not asked for more, even if nobody waits for this any longer.
  let work: Promise<unknown> = Promise.resolve();
  let isClosed = false;

  async function add(samples: readonly Sample[], signal: AbortSignal): Promise<readonly Refusal[]> {
    for (let before: Promise<unknown> | undefined; before !== work;) {
      before = work;
      await raceAbort(before, signal);
    }
    if (isClosed) throw closedError();
    if (thread?.isAlive !== true) thread = startStoreThread(path);
    const answer = thread.ask({ call: 'add', path, pack: packSamples(samples), retentionMs });
    work = answer.catch(() => undefined);
    return raceAbort(answer, signal);
  }

  const closedError = (): PublisherError => new PublisherError('closed', `the publisher to ${path} is closed`);

  return {
    async publish(samples, signal) {
      signal.throwIfAborted();
      if (isClosed) throw closedError();
      try {
        return await withDeadline(signal, patienceMs, (ending) => add(samples, ending));
      } catch (error) {
        if (!(error instanceof DeadlineError)) throw error;
        const message = `${path}: not written within ${patienceMs / 1000} s; check the disk`;
        throw new PublisherError('timeout', message, { cause: error });
      }
    },
    async close() {
      isClosed = true;
      const closing = thread;
      thread = undefined;
      if (!closing) return;
      const { signal } = new AbortController();
      // A disk that hangs must not hold up the end; what was written is safe without this.
      await withDeadline(signal, closePatienceMs, (ending) => raceAbort(endThread(closing), ending)).catch(
        () => undefined,
      );
    },
  };
}

async function endThread(thread: StoreThread): Promise<void> {
  await thread.ask({ call: 'close' }).catch(() => undefined);
  await thread.end();
}

/** `sqlite:///path[?retention=30d]` */
export const sqlitePublisherFactory: PublisherFactory = {
  scheme: 'sqlite',
  // The target is a disk itself.
  delivery: { queue: 'memory' },
  validate(url) {
    const parsed = parseSqliteUrl(url);
    return parsed.ok ? [] : parsed.problems;
  },
  create(url) {
    const parsed = parseSqliteUrl(url);
    if (!parsed.ok)
      throw new PublisherError('bad_url', `${url} is not a file of SQLite: ${parsed.problems.join('; ')}`);
    return createSqlitePublisher(parsed.options);
  },
};
