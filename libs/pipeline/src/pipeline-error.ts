/** Why a pipeline could not be made or used, or a sample could not be transformed. */
export type PipelineErrorCode =
  /** A source names a sink that the configuration does not have. */
  | 'sink_missing'
  /** A sink names a publisher that was not handed in. */
  | 'outlet_missing'
  /** A sink names a transformer that was not handed in. */
  | 'transformer_missing'
  /** The parameters of a transformer are not what they should be. */
  | 'bad_parameters'
  /** An expression cannot be read. */
  | 'bad_expression'
  /** A regular expression, or its replacement, cannot be read or is one that this library refuses. */
  | 'bad_pattern'
  /** An expression has no value for a sample: a division by zero, a missing field. */
  | 'expression_failed'
  /** A transformer cannot work with a sample: its volume, its name or its timestamp. */
  | 'bad_sample';

/** The error of this library. */
export class PipelineError extends Error {
  override readonly name = 'PipelineError';
  readonly code: PipelineErrorCode;

  constructor(code: PipelineErrorCode, message: string, options?: ErrorOptions) {
    super(message, options);
    this.code = code;
  }
}
