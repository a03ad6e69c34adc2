/** Why a pipeline could not be made or used. */
export type PipelineErrorCode =
  /** A source names a sink that the configuration does not have. */
  | 'sink_missing'
  /** A sink names a publisher that was not handed in. */
  | 'publisher_missing'
  /** A limit is not a whole number of at least 1. */
  | 'bad_limit'
  /** The pipeline is closed. */
  | 'closed';

/** The error of this library. */
export class PipelineError extends Error {
  override readonly name = 'PipelineError';
  readonly code: PipelineErrorCode;

  constructor(code: PipelineErrorCode, message: string) {
    super(message);
    this.code = code;
  }
}
