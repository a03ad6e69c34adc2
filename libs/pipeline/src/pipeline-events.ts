/** What a pipeline tells about its transformers, for logs. A handler must not throw. */
export interface PipelineEvents {
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
