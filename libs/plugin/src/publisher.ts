import type { Sample } from '@nephometer/sample';

/** A publisher at work: one per distinct URL, shared by all sinks that name it. */
export interface Publisher {
  /**
   * Sends samples, in order. Never called twice at once. Resolves when they are safe at the target; rejects with
   * the signal's reason if aborted, otherwise with an error that names the target. It bounds its own waits: nobody
   * else ends a call that hangs, and meanwhile its queue fills. The caller counts what is delivered and what is not;
   * one failing publisher never holds another.
   */
  publish(samples: readonly Sample[], signal: AbortSignal): Promise<void>;
  /** Flushes and lets go of the target. Safe twice; nothing is published afterwards. */
  close(): Promise<void>;
}

/** What a publisher is given besides its URL. */
export interface PublisherSettings {
  /** Where data goes that is shown to a person or a script: standard output. */
  readonly stdout: NodeJS.WritableStream & { readonly isTTY?: boolean };
}

/** Makes publishers for the URLs of one scheme. */
export interface PublisherFactory {
  /** URL scheme, without the colon. Unique in the registry. */
  readonly scheme: string;
  /** What is wrong with a URL, in words for the operator: every problem at once; none if it is fine. Touches nothing. */
  validate(url: string): readonly string[];
  /**
   * Makes the publisher of a URL that {@link validate} found nothing wrong with. May open its target; a target that is
   * away is not an error here: publishing to it is.
   */
  create(url: string, settings: PublisherSettings): Publisher;
}
