import type { Cloud } from '@nephometer/openstack';
import type { Compat, Sample } from '@nephometer/sample';
import type { DeliveryOptions } from './delivery-options.ts';

/** Samples that a target will never take, whoever asks and however often. */
export interface Refusal {
  /** How many of the batch. */
  readonly samples: number;
  /** Why, in words for the operator, with the target's own where it says something. */
  readonly reason: string;
}

/** A publisher at work: one per distinct URL, shared by all sinks that name it. What waits for it is not its concern. */
export interface Publisher {
  /**
   * Sends samples, in order; at least one. Called again when it has settled; where the delivery's concurrency is above 1, calls
   * overlap, but never two with samples of the same resource.
   *
   * Resolves when all samples are safe at the target, but for those that it says the target refused: an empty list if it took
   * all. Rejects with the signal's reason if aborted, otherwise with an error that names the target: the same samples then come
   * again, with the same ids, unless it is a {@link PublishError} that says otherwise. It bounds its own waits: nobody else
   * ends a call that hangs, and meanwhile its queue fills.
   */
  publish(samples: readonly Sample[], signal: AbortSignal): Promise<readonly Refusal[]>;
  /** Lets go of the target. Safe twice; nothing is published afterwards. */
  close(): Promise<void>;
}

/** How a {@link PublishError} is to be taken. */
export interface PublishErrorOptions extends ErrorOptions {
  /** The same samples would always fail alike: they are dropped, counted as refused. Default false: they come again. */
  readonly isPermanent?: boolean;
  /** How long the target asked to be left in peace, in milliseconds. Default: for as long as the delivery sees fit. */
  readonly retryAfterMs?: number;
  /** So many samples from the beginning of the batch are done with and do not come again. Default 0. */
  readonly done?: number;
}

/** Why samples could not be published. The message names the target and never has a password or a token. */
export class PublishError extends Error {
  override readonly name: string = 'PublishError';
  readonly isPermanent: boolean;
  readonly retryAfterMs: number | undefined;
  readonly done: number;

  constructor(message: string, options: PublishErrorOptions = {}) {
    super(message, options);
    this.isPermanent = options.isPermanent ?? false;
    this.retryAfterMs = options.retryAfterMs;
    this.done = options.done ?? 0;
  }
}

/** What a publisher is given besides its URL. */
export interface PublisherSettings {
  /** Where data goes that is shown to a person or a script: standard output. */
  readonly stdout: NodeJS.WritableStream & { readonly isTTY?: boolean };
  /** Key of the signature in messages; empty: they are not signed. */
  readonly telemetrySecret: string;
  /** Name of this machine where a message says who sent it: Ceilometer's option `host`. */
  readonly hostName: string;
  /** The Ceilometer whose formats are followed where they differ. */
  readonly compat: Compat;
  /** What asks OpenStack; who made it closes it after the publishers. Absent: the configuration has no section for it. */
  readonly cloud?: Cloud;
  /** Where relative paths in options begin: the directory of pipeline.yaml. Default: the working directory. */
  readonly baseDirectory?: string;
  /** Where a message bus is, for URLs that name none: Ceilometer's `transport_url`, with its passwords. Absent: not configured. */
  readonly transportUrl?: string;
  /**
   * Tells the operator what is odd and fails no samples: once for each thing and when it changes, not for each batch. The
   * publisher is named beside it. May be called at any time until `close` has resolved; never throws.
   *
   * @param message without passwords and tokens, with what to do about it
   */
  readonly warn: (message: string) => void;
}

/** Makes publishers for the URLs of one scheme. */
export interface PublisherFactory {
  /** URL scheme, without the colon. Unique in the registry. */
  readonly scheme: string;
  /** How samples are delivered where the URL does not say it; see {@link DeliveryOptions} for what this does not say either. */
  readonly delivery?: Partial<DeliveryOptions>;
  /**
   * What is wrong with a URL, in words for the operator: every problem at once; none if it is fine. Touches nothing. The options
   * of the delivery are not in it any more.
   *
   * @param settings what the coordinator's configuration has for it; absent where that is not known: what it could have is then
   *   taken to be there
   */
  validate(url: string, settings?: Pick<PublisherSettings, 'transportUrl'>): readonly string[];
  /**
   * Makes the publisher of a URL that {@link validate} found nothing wrong with. May open its target; a target that is
   * away is not an error here: publishing to it is. Throws a {@link PublishError} if it cannot be made as the URL says, for
   * example because a file that the URL names is not what it should be: the configuration is refused then.
   */
  create(url: string, settings: PublisherSettings): Publisher;
}
