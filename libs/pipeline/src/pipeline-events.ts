/** What a pipeline tells about its publishers and transformers, for logs. A handler must not throw. */
export interface PipelineEvents {
  /** A batch was dropped because its publisher failed; `samples` is 0 if the publisher failed to close. */
  publishFailed?(event: { readonly url: string; readonly samples: number; readonly error: unknown }): void;
  /** A batch was delivered. */
  delivered?(event: { readonly url: string; readonly samples: number }): void;
  /** The oldest samples of a full queue begin to go. Told again only after the queue has been empty. */
  overflowing?(event: { readonly url: string; readonly queueLimit: number }): void;
  /**
   * A transformer fails, so that samples are missing behind it. Told at the first failure, and again each time that there are
   * ten times as many: `failed` is their number so far.
   */
  transformFailed?(event: {
    readonly sink: string;
    readonly transformer: string;
    readonly failed: number;
    readonly error: unknown;
  }): void;
}
