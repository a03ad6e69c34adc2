import { raceAbort } from '@nephometer/abortable';
import { unpackSamples } from '@nephometer/sample';
import type { Sample } from '@nephometer/sample';
import { PublisherError } from '../publisher-error.ts';
import type { SampleQuery } from './sample-query.ts';
import { startStoreThread } from './store-thread.ts';
import type { StoreThread } from './store-thread.ts';

/** Reads samples from a file that a `sqlite://` publisher writes, also of another process, in a thread of its own. */
export interface SampleReader {
  /**
   * The newest samples that the query wants, the oldest of them first. Calls are answered one after the other. Rejects with a
   * `PublisherError` (there is no such file yet, for one), or with the signal's reason.
   */
  read(query: SampleQuery, signal: AbortSignal): Promise<readonly Sample[]>;
  /** Safe twice. */
  close(): Promise<void>;
}

/** A reader of the store at a path; touches nothing yet. */
export function createSampleReader(path: string): SampleReader {
  let thread: StoreThread | undefined;
  let isClosed = false;
  return {
    async read(query, signal) {
      signal.throwIfAborted();
      if (isClosed) throw new PublisherError('closed', `the reader of ${path} is closed`);
      if (thread?.isAlive !== true) thread = startStoreThread(path);
      return unpackSamples(await raceAbort(thread.ask({ call: 'read', path, query }), signal));
    },
    async close() {
      isClosed = true;
      await thread?.end();
    },
  };
}
